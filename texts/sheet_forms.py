from typing import Any

from django import forms

from texts.changes import Changes


class SpreadsheetForm(forms.Form):
    file = forms.FileField(
        label="Spreadsheet",
        help_text="An .xlsx or .ods file in the form of the one you can download here, or one "
        "sheet as .csv, named like the sheet: Hellos.csv. 5 MB at most.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.ods,.csv"}),
    )


class PublishForm(forms.Form):
    """What an editor must say before a checked sheet is published."""

    latest_event = forms.IntegerField(widget=forms.HiddenInput)
    leave_out = forms.BooleanField(
        error_messages={"required": "Tick this, or mend the sheet and upload it again."}
    )
    new_tones = forms.BooleanField(
        error_messages={"required": "Tick this if you mean them to be new tones."}
    )
    warnings = forms.BooleanField(
        error_messages={"required": "Tick this if they are well as they are."}
    )
    archive_gone = forms.BooleanField(required=False)

    def __init__(
        self,
        changes: Changes,
        *args: Any,
        num_problems: int = 0,
        num_warnings: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "leave_out": num_problems
            and f"Leave out what has a problem ({num_problems})",
            "new_tones": changes.new_tones
            and f"Make new tones: {', '.join(changes.new_tones)}",
            "warnings": num_warnings
            and f"Publish in spite of the warnings ({num_warnings})",
            "archive_gone": not num_problems
            and changes.gone
            and f"Archive what is no longer in the sheet ({len(changes.gone)})",
        }
        for name, label in labels.items():
            if label:
                self.fields[name].label = label
            else:
                del self.fields[name]
