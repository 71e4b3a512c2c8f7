from django import forms


class SpreadsheetForm(forms.Form):
    file = forms.FileField(
        label="Workbook",
        help_text="An .xlsx file in the form of the one you can download here.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    remove_missing = forms.BooleanField(
        required=False,
        label="Remove lines that are no longer in the sheet",
        help_text="Words too. Sheets and columns that the workbook does not have stay as they are.",
    )
