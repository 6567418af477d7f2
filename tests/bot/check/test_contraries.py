"""One word that turns a sentence into its contrary, or two roles that change places: never supported."""

from __future__ import annotations

import pytest

from bot.check.statement import check
from vectorstore.passage import Passage


def passage(text: str) -> Passage:
    """Return a passage in which `text` stands between two other sentences."""
    text = f"The report was written in spring. {text} Nothing else is known about it."
    return Passage("d", "Report", "/report.txt", 0, len(text), text, 1.0, 1)


@pytest.mark.parametrize(
    ("source", "contrary"),
    [
        ("Exports of cars to Japan increased by 12% in 2024.", "Exports of cars to Japan decreased by 12% in 2024."),
        ("Exports of cars to Japan increased by 12% in 2024.", "Imports of cars to Japan increased by 12% in 2024."),
        ("Prices rose sharply after the strike.", "Prices fell sharply after the strike."),
        ("Prices rose sharply after the strike.", "Prices rose sharply before the strike."),
        ("The council approved the plan in May.", "The council rejected the plan in May."),
        ("The council approved the plan in May.", "The council opposed the plan in May."),
        ("Revenue doubled in the second half of the year.", "Revenue halved in the second half of the year."),
        ("The museum opens at nine in the morning.", "The museum closes at nine in the morning."),
        ("Her husband inherited the estate in 1820.", "Her wife inherited the estate in 1820."),
        ("The river lies north of the town.", "The river lies south of the town."),
        ("Users must enable encryption before the upload.", "Users must disable encryption before the upload."),
        (
            "The tenant pays the landlord a deposit of two rents.",
            "The landlord pays the tenant a deposit of two rents.",
        ),
        ("The seller bears the cost of delivery.", "The buyer bears the cost of delivery."),
        ("The drug is safe for children under five.", "The drug is dangerous for children under five."),
        ("The plaintiff won the case on appeal.", "The defendant won the case on appeal."),
        ("The plaintiff won the case on appeal.", "The plaintiff lost the case on appeal."),
        ("The company hired 300 people in Leeds.", "The company fired 300 people in Leeds."),
        ("The company hired 300 people in Leeds.", "The company dismissed 300 people in Leeds."),
        ("The upper floor was destroyed by the fire.", "The lower floor was destroyed by the fire."),
        ("The bridge was built by the army.", "The bridge was destroyed by the army."),
        ("It is open on weekdays from nine to five.", "It is open on weekends from nine to five."),
        ("The deadline is at the end of the month.", "The deadline is at the beginning of the month."),
        ("Employees may carry over up to five days of leave.", "Employees must carry over up to five days of leave."),
        ("At least five members must be present.", "At most five members must be present."),
        ("The battery lasts less than ten hours.", "The battery lasts more than ten hours."),
        ("The minimum age is 18.", "The maximum age is 18."),
        ("Paris is warmer than London in summer.", "Paris is colder than London in summer."),
        ("The temperature must stay below 40 degrees.", "The temperature must stay above 40 degrees."),
        ("Smoking is permitted on the terrace.", "Smoking is forbidden on the terrace."),
        ("All members voted for the motion.", "All members voted against the motion."),
        ("The lender may terminate the contract.", "The borrower may terminate the contract."),
        ("The mother of the king died in 1402.", "The father of the king died in 1402."),
        ("The army retreated across the river at night.", "The army advanced across the river at night."),
        ("The vaccine is effective in adults.", "The vaccine is ineffective in adults."),
        ("Sales grew slowly in Europe.", "Sales grew quickly in Europe."),
        ("Sales grew slowly in Europe.", "Sales shrank slowly in Europe."),
        ("He arrived in Boston in June.", "He left Boston in June."),
        ("She was born in Vienna in 1901.", "She died in Vienna in 1901."),
        ("The fee is refundable within 14 days.", "The fee is non-refundable within 14 days."),
        ("The parcel is sent within two days.", "The parcel is received within two days."),
        ("The tax was introduced in 1998.", "The tax was abolished in 1998."),
        ("The profit was lower than expected.", "The profit was higher than expected."),
        ("The profit was lower than expected.", "The loss was lower than expected."),
        ("Water freezes at this temperature.", "Water boils at this temperature."),
        ("The treaty was ratified by the senate.", "The treaty was signed by the senate."),
        ("Admission is free for pupils.", "Admission is free for teachers."),
    ],
)
def test_the_contrary_is_not_supported(source: str, contrary: str) -> None:
    """What the source says passes as it stands; its contrary does not."""
    assert check(source, [passage(source)]).verdict == "supported"
    assert check(contrary, [passage(source)]).verdict != "supported"


def test_the_contrary_word_is_named() -> None:
    """A person reads which word the sources do not hold."""
    verdict = check("The council rejected the plan in May.", [passage("The council approved the plan in May.")])
    assert verdict.missing == ("rejected",)
    swapped = check("The landlord pays the tenant.", [passage("The tenant pays the landlord.")])
    assert set(swapped.missing) == {"landlord", "tenant"}


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("The council did not reject the plan in May.", "The council approved the plan in May."),
        ("Prices rose before they fell again in May.", "Prices fell again in May."),
        ("Cats and dogs are allowed in the garden.", "Dogs and cats are allowed in the garden."),
        ("In 1990 the mill was closed by the council.", "The mill was closed by the council in 1990."),
        ("The minimum age is 18 and the maximum age is 65.", "The maximum age is 65."),
        ("The tenant pays the landlord a deposit.", "The tenant pays a deposit to the landlord."),
    ],
)
def test_what_only_looks_contrary_passes(source: str, same: str) -> None:
    """A contrary that stands elsewhere, a list in another order, the same in other places."""
    assert check(same, [passage(source)]).verdict == "supported"
