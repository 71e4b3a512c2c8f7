import pytest
from django.core.management import CommandError, call_command

COMMANDS = ["fit_steering", "evaluate_steering"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("psi", ["much", "nan", "-1", "3.1"])
def test_what_is_no_psi_is_said_in_words(command, psi):
    with pytest.raises(CommandError, match=f"{psi} is not a psi: it goes from 0 to 3"):
        call_command(command, f"--psi={psi}")


@pytest.mark.parametrize("seeds", ["1", "0", "-5"])
def test_too_few_drawings_to_compare_are_said_in_words(seeds):
    with pytest.raises(CommandError, match="Ask for 2 seeds or more"):
        call_command("evaluate_steering", f"--seeds={seeds}")


def test_too_few_faces_to_fit_are_said_in_words():
    with pytest.raises(CommandError, match="Fewer than 100 faces say too little"):
        call_command("fit_steering", "--faces=99")
