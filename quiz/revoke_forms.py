"""What operators fill in to take faces off the site."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from faces.files import MAX_BYTES, PictureError
from faces.models import Face, Network
from quiz.revoking import MAX_LINES, Found, find

REASON = "Kept with the faces, for whoever asks later. Visitors never read it."


class FindForm(forms.Form):
    """Which faces? Once it is valid, `found` has them."""

    names = forms.CharField(
        label="Addresses, codes or hashes, one on each line",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField"}),
        help_text="The address of a result, of its card or of a picture; the code or key "
        "that is in it; SHA-256 or perceptual hash of a picture.",
    )
    picture = forms.FileField(
        label="Or the picture itself",
        required=False,
        help_text="A copy in any size, as PNG, JPEG or WebP. It is compared, not kept.",
    )

    def clean_names(self) -> str:
        names = self.cleaned_data["names"]
        if len(names.splitlines()) > MAX_LINES:
            raise ValidationError(
                f"Take {MAX_LINES} lines at a time. All faces of a network are taken away "
                "by retiring it."
            )
        return names

    def clean(self) -> None:
        picture: UploadedFile | None = self.cleaned_data.get("picture")
        names = self.cleaned_data.get("names", "")
        if self.errors:
            return
        if not names and not picture:
            raise ValidationError("Paste an address, or choose a picture.")
        try:
            data = picture.read(MAX_BYTES + 1) if picture else None
            self.found = find(names, data)
        except PictureError as error:
            self.add_error("picture", f"This picture cannot be read: {error}.")
        else:
            self.check_found(self.found)

    def check_found(self, found: Found) -> None:
        """Whoever is in a hurry goes on with those that were found."""
        if found.candidates:
            return
        for line in found.unknown[:10]:
            self.add_error("names", f"Nobody is known by {line[:80]}")
        if not found.unknown:
            self.add_error(
                "picture",
                "No face looks like this. If it is a part of a picture or a screenshot, "
                "paste the address of the page instead.",
            )


class RevokeForm(forms.Form):
    """Which of them, and why."""

    faces = forms.ModelMultipleChoiceField(
        Face.objects.none(),
        error_messages={"required": "Tick at least one face."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=180,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"required": "Say why, in a few words."},
        help_text=REASON,
    )

    def __init__(self, found: Found, data: Any = None) -> None:
        super().__init__(data)
        self.found = found
        field = self.fields["faces"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Face.objects.filter(pk__in=found.candidates)

    @property
    def ticked(self) -> set[int]:
        """Those that were named, until somebody has chosen; lookalikes are for people."""
        if self.is_bound:
            return {
                pk for pk in self.found.candidates if str(pk) in self["faces"].value()
            }
        return {
            pk
            for pk, candidate in self.found.candidates.items()
            if candidate.is_named and not candidate.is_gone
        }


class RetireForm(forms.Form):
    """So large a step takes more than a click."""

    name = forms.CharField(
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
    )
    reason = forms.CharField(
        label="Why",
        max_length=180,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"required": "Say why, in a few words."},
        help_text=REASON,
    )

    def __init__(self, network: Network, data: Any = None) -> None:
        super().__init__(data)
        self.network = network
        self.fields["name"].label = f"Type {network.name} to confirm"

    def clean_name(self) -> str:
        if self.cleaned_data["name"] != self.network.name:
            raise ValidationError(f"This is not {self.network.name}.")
        return self.network.name
