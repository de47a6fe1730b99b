"""Invented answers that agree with the rules: a petrol station."""

from census_portal.demo.answers import NO, YES, Answers, Plant, number


def station(plant: Plant) -> Answers:
    """Y102: two stages of vapour recovery; sales follow the tanks."""
    random = plant.random
    petrol, diesel = random.choice((60, 90, 120)), random.choice((30, 60))
    opened = random.randint(1996, 2010)
    return Answers(
        values={
            "opened_on": f"{opened}-{random.randint(1, 12):02d}",
            "in_operation": YES,
            "petrol_volume": number(petrol),
            "petrol_sold": number(petrol * random.randint(18, 60)),
            "recovery_stage": "3",
            "exhaust_device": random.choice((YES, NO)),
            "online_monitor": NO,
            "retrofitted_on": f"{random.randint(2012, 2016)}-{random.randint(1, 12):02d}",
            "diesel_volume": number(diesel),
            "diesel_sold": number(diesel * random.randint(10, 40)),
            **plant.foot(),
        }
    )
