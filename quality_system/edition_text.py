"""The first edition: what is verified, and example wording that staff replace. Plain data.

Everything but the names of skolformer, areas and indicators, and success factor 1, is *exempeltext*.
"""

from __future__ import annotations

from dataclasses import dataclass

NAME = "Nationella kvalitetssystemet 2023"
VALID_FROM = "2023-05-01"

EQUITY, QUALITY, LEARNING = "equity", "quality", "learning"

OBJECTIVES = {
    "FSK": "Alla barn får likvärdig förskola av god kvalitet som lägger grunden för ett livslångt lärande.",
    "FKLASS": "Alla elever får en förskoleklass som stimulerar utveckling och förbereder för skolan.",
    "FTH": "Alla elever får ett fritidshem som ger dem meningsfull fritid, utveckling och lärande.",
    "GR": "Alla elever får likvärdig undervisning av god kvalitet och når så långt som möjligt.",
    "GRAN": "Alla elever får en anpassad utbildning av god kvalitet och når så långt som möjligt.",
    "SAM": "Alla elever får utbildning med samisk inriktning av god kvalitet och når så långt som möjligt.",
    "SP": "Alla elever får en utbildning anpassad efter sina förutsättningar och når så långt som möjligt.",
    "GY": "Alla elever får en god grund för arbetsliv och fortsatta studier och fullföljer sin utbildning.",
    "GYAN": "Alla elever får en anpassad utbildning som förbereder för ett aktivt liv och fullföljer den.",
    "VUX": "Alla vuxna får stöd och stimulans i sitt lärande och fullföljer sin utbildning.",
}

SUB_GOALS: tuple[tuple[int, str, str], ...] = (
    (1, EQUITY, "Skillnader mellan enheter och grupper minskar."),
    (2, EQUITY, "Barn och elever får stöd i rätt tid."),
    (3, QUALITY, "Undervisningen bedrivs av legitimerade och behöriga."),
    (4, QUALITY, "Barn och elever har trygghet och studiero."),
    (5, LEARNING, "Fler når målen."),
    (6, LEARNING, "Fler fullföljer sin utbildning."),
)
WITHOUT_COMPLETION = frozenset({"FSK", "FKLASS", "FTH", "GR", "GRAN", "SAM", "SP"})
"""Skolformer for which sub-goal 6 does not apply."""

VERIFIED_FACTOR = "Systematiskt kvalitetsarbete med undervisningen i fokus"
SUCCESS_FACTORS = (
    VERIFIED_FACTOR,
    "Styrkedja med gemensamt ansvar och tillit",
    "Pedagogiskt ledarskap",
    "Kompetensförsörjning och professionsutveckling",
    "Kompensatorisk resursfördelning",
    "Trygg och inkluderande lärmiljö",
    "Tidiga insatser och stöd",
    "Samverkan och övergångar",
)


@dataclass(frozen=True)
class Measure:
    """One indicator of the edition; fields as in models.Indicator, `sub_goal` by number."""

    key: str
    skolform: str
    name: str
    kind: str = "result"
    sub_goal: int | None = None
    unit: str = "%"
    decimals: int = 1
    direction: str = "up"
    source: str = "planned-educations"
    source_key: str = ""
    period_type: str = "school_year"
    level: str = "unit"
    by_sex: bool = False
    based_on: str = "pupils"
    publication: str = "everyone"
    year_group: str = ""
    definition: str = ""


def _staff(key: str, skolform: str, source: str = "planned-educations") -> Measure:
    return Measure(
        key,
        skolform,
        "Lärare med legitimation och behörighet i minst ett ämne",
        kind="condition",
        sub_goal=3,
        source=source,
        source_key="certifiedTeachersQuota",
        based_on="teachers",
        definition="Andel tjänstgörande lärare, omräknat till heltidstjänster, den 15 oktober.",
    )


def _test(year: str, code: str, api: str, subject: str) -> Measure:
    return Measure(
        f"gr-y{year}-test-{code}",
        "GR",
        f"Nationella prov i {subject}, årskurs {year}",
        sub_goal=5,
        unit="poäng",
        by_sex=True,
        year_group=year,
        source_key=f"averageResultNationalTestsSubject{api}{year}thGrade",
        definition="Genomsnittlig provbetygspoäng, 0–20.",
    )


def _eligible(key: str, api: str, programme: str) -> Measure:
    return Measure(
        f"gr-y9-{key}",
        "GR",
        f"Behöriga till {programme}, årskurs 9",
        sub_goal=5,
        by_sex=True,
        year_group="9",
        source_key=f"ratioOfPupils9thGradeEligibleForNationalProgram{api}",
        definition="Andel elever med slutbetyg som är behöriga till gymnasieskolan.",
    )


def _survey(skolform: str, year: str, group: str) -> tuple[Measure, ...]:
    questions = (
        ("safety", "Trygghet", "securityMetrics", 4),
        ("calm", "Studiero", "workingEnvironmentMetrics", 4),
        ("support", "Stöd", "supportMetrics", 2),
        ("participation", "Delaktighet", "participationMetrics", 4),
    )
    return tuple(
        Measure(
            f"{skolform.lower()}-y{year}-{key}",
            skolform,
            f"{name} enligt Skolenkäten, {group}",
            sub_goal=goal,
            unit="index",
            by_sex=True,
            based_on="answers",
            source="skolenkaten",
            source_key=api,
            period_type="calendar_year",
            year_group=year,
            definition="Index 0–10 av elevernas svar. Varje skola deltar vartannat år. "
            "Serien bröts 2018 och 2022.",
        )
        for key, name, api, goal in questions
    )


def _cost(skolform: str) -> Measure:
    return Measure(
        f"{skolform.lower()}-cost-per-pupil",
        skolform,
        "Kostnad per elev",
        kind="condition",
        unit="kronor",
        decimals=0,
        direction="none",
        source="skolverket-csv",
        source_key="Totalt per elev",
        period_type="calendar_year",
        level="huvudman",
        based_on="money",
        publication="kommunala",
        definition="Kommunens kostnad per elev i den egna verksamheten. Visas bara för kommunala huvudmän.",
    )


def _condition(key: str, skolform: str, name: str, unit: str, api: str, **more: object) -> Measure:
    facts: dict[str, object] = {
        "kind": "condition",
        "direction": "none",
        "source_key": api,
        "unit": unit,
    } | more
    return Measure(key, skolform, name, **facts)  # type: ignore[arg-type]


MEASURES: tuple[Measure, ...] = (
    _condition(
        "fsk-children-per-group",
        "FSK",
        "Barn per barngrupp",
        "barn",
        "Barn per barngrupp",
        source="skolverket",
        period_type="calendar_year",
        level="huvudman",
        based_on="children",
        definition="Genomsnittligt antal inskrivna barn per barngrupp den 15 oktober.",
    ),
    _condition(
        "fsk-children-per-fte",
        "FSK",
        "Barn per heltidstjänst",
        "barn",
        "Barn per heltidstjänst",
        source="skolverket",
        period_type="calendar_year",
        level="huvudman",
        based_on="children",
        definition="Inskrivna barn per heltidstjänst i barngrupp den 15 oktober.",
    ),
    _staff("fklass-certified-teachers", "FKLASS"),
    _staff("gr-certified-teachers", "GR"),
    _condition(
        "gr-pupils-per-teacher",
        "GR",
        "Elever per lärare",
        "elever",
        "studentsPerTeacherQuota",
        based_on="teachers",
        definition="Elever per lärare, omräknat till heltidstjänster, 15 oktober.",
    ),
    _condition(
        "gr-special-educators",
        "GR",
        "Lärare med specialpedagogisk högskoleexamen",
        "%",
        "specialEducatorsQuota",
        sub_goal=2,
        based_on="teachers",
        definition="Andel tjänstgörande lärare, omräknat till heltidstjänster, den 15 oktober.",
    ),
    _condition(
        "gr-special-teacher-positions",
        "GR",
        "Specialpedagogiska befattningar",
        "heltidstjänster",
        "specialTeacherPositions",
        based_on="teachers",
        definition="Speciallärare och specialpedagoger, omräknat till heltidstjänster.",
    ),
    _condition(
        "gr-pupils",
        "GR",
        "Elever",
        "elever",
        "totalNumberOfPupils",
        decimals=0,
        definition="Antal elever den 15 oktober, avrundat till tiotal.",
    ),
    _condition(
        "gr-y9-pupils",
        "GR",
        "Elever i årskurs 9 med slutbetyg",
        "elever",
        "Antal elever",
        decimals=0,
        source="skolverket-csv",
        year_group="9",
        definition="Antal elever som fått slutbetyg.",
    ),
    Measure(
        "gr-y6-all-subjects",
        "GR",
        "Godkänt i alla ämnen, årskurs 6",
        sub_goal=5,
        by_sex=True,
        year_group="6",
        source_key="ratioOfPupilsIn6thGradeWithAllSubjectsPassed",
        definition="Andel elever med lägst betyget E i alla ämnen de läst.",
    ),
    _test("6", "sve", "SVE", "svenska"),
    _test("6", "sva", "SVA", "svenska som andraspråk"),
    _test("6", "eng", "ENG", "engelska"),
    _test("6", "mat", "MA", "matematik"),
    Measure(
        "gr-y9-all-subjects",
        "GR",
        "Uppfyllda betygskriterier i alla ämnen, årskurs 9",
        sub_goal=5,
        by_sex=True,
        year_group="9",
        source_key="ratioOfPupilsIn9thGradeWithAllSubjectsPassed",
        definition="Andel elever med slutbetyg som uppfyllt kriterierna i alla ämnen.",
    ),
    _eligible("vocational", "YR", "yrkesprogram"),
    _eligible("arts", "ES", "estetiska programmet"),
    _eligible("social", "SAEKHU", "ekonomi-, humanistiska och samhällsvetenskapsprogrammen"),
    _eligible("science", "NATE", "naturvetenskaps- och teknikprogrammen"),
    Measure(
        "gr-y9-merit",
        "GR",
        "Genomsnittligt meritvärde, årskurs 9",
        sub_goal=5,
        unit="poäng",
        by_sex=True,
        year_group="9",
        source_key="averageGradesMeritRating9thGrade",
        definition="Meritvärde i 17 ämnen, 0–340, för elever som fått betyg i minst ett ämne.",
    ),
    _test("9", "sve", "SVE", "svenska"),
    _test("9", "sva", "SVA", "svenska som andraspråk"),
    _test("9", "eng", "ENG", "engelska"),
    _test("9", "mat", "MA", "matematik"),
    Measure(
        "gr-y9-salsa-merit",
        "GR",
        "Meritvärde, skillnad mot SALSA:s modell",
        sub_goal=1,
        unit="poäng",
        source="salsa",
        source_key="deviation",
        year_group="9",
        definition="Faktiskt meritvärde minus det som väntas av elevgruppens sammansättning.",
    ),
    *_survey("GR", "5", "årskurs 5"),
    *_survey("GR", "8", "årskurs 8"),
    _cost("GR"),
    _staff("gran-certified-teachers", "GRAN"),
    _staff("gy-certified-teachers", "GY"),
    _condition(
        "gy-pupils-per-teacher",
        "GY",
        "Elever per lärare",
        "elever",
        "studentsPerTeacherQuota",
        based_on="teachers",
        definition="Elever per lärare, omräknat till heltidstjänster, 15 oktober.",
    ),
    Measure(
        "gy-diploma-3y",
        "GY",
        "Examen inom tre år",
        sub_goal=6,
        by_sex=True,
        source="skolverket",
        source_key="Examen inom 3 år",
        definition="Andel nybörjare på nationella program med examen inom tre år.",
    ),
    Measure(
        "gy-grade-points",
        "GY",
        "Genomsnittlig betygspoäng",
        sub_goal=5,
        unit="poäng",
        by_sex=True,
        source="skolverket",
        source_key="Genomsnittlig betygspoäng",
        definition="Betygspoäng 0–20 för elever med examen eller studiebevis.",
    ),
    *_survey("GY", "2", "gymnasieskolans år 2"),
    _cost("GY"),
    _staff("gyan-certified-teachers", "GYAN"),
)
