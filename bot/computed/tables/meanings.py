"""What words of a question may mean in a heading: kinds of things, and words that mean the same."""

from __future__ import annotations

from vectorstore.tables.cells import stems


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem for word in words.split() for stem in stems(word))


PERSONS = _stems(
    """name player driver winner artist actor actress director coach manager rider athlete candidate author writer
    champion skipper competitor swimmer runner member minister president representative person people scorer wrestler
    cyclist jockey trainer owner performer singer contestant recipient nominee officer judge leader opponent team
    senator governor mayor producer editor composer employee customer client contact chair captain partner pilot
    racer golfer skater gymnast boxer pitcher host presenter astronaut explorer inventor founder illustrator painter
    illustrator model speaker bishop pope king queen ruler incumbent ambassador officeholder"""
)
PLACES = _stems(
    """location venue city country place stadium site town county state region arena circuit track hometown address
    destination nation province district municipality village island station airport park hospital office building
    headquarters headquarter where origin birthplace"""
)
TIMES = _stems("date year season time day month when founded established opened built released published born started")
RANKS = _stems("rank position place pos finish standing ranking")
ALIKE: tuple[frozenset[str], ...] = tuple(
    _stems(words)
    for words in (
        "film movie title", "song single track title", "team club nation", "country nation team nationality noc",
        "episode title show series program", "win won victory victories wins w", "loss lost losses lose l defeats",
        "draw drawn draws tie ties d t", "point points pts score scored", "match matches game games date opponent",
        "people attendance fans crowd spectators attended attend", "people population inhabitants persons residents",
        "role character", "party affiliation", "position place placed finish finished rank ranked ranking pos result",
        "time finished", "length duration long longest shortest minutes run running", "height tall tallest high higher",
        "area large largest size", "distance far farther longest length", "cost price cheapest expensive",
        "year date season when", "salary earn earnings prize money", "album title", "race circuit track grand prix",
        "opponent against opposition played", "venue location stadium played held", "record score result",
        "job occupation profession position", "company employer firm name", "competition tournament event",
        "goal goals scored", "staff employees", "born birth birthplace", "died death", "built completed constructed",
        "aired air broadcast", "released release", "launched launch", "employees headcount workers people",
        "customer client account", "revenue turnover sales income", "amount total sum value", "supplier vendor",
        "quantity units pieces number amount count stock", "started start begin began hired", "ended end finish close",
        "book title novel", "product article item", "age old oldest youngest", "weight heavy heaviest lightest",
        "speed fast fastest slowest time", "medal medals total", "nickname called known", "language spoken",
    )
)  # fmt: skip
"""Words of which one in a question may mean another in a heading."""
SORTED_BY: dict[str, frozenset[str]] = {
    "longest": _stems("length duration time distance days term reign long"),
    "shortest": _stems("length duration time distance days term height reign short"),
    "tallest": _stems("height floors"), "oldest": _stems("age built founded year established born opened date"),
    "youngest": _stems("age born"), "fastest": _stems("time speed"), "slowest": _stems("time speed"),
    "heaviest": _stems("weight mass"), "lightest": _stems("weight mass"),
    "largest": _stems("area size population capacity total amount"), "biggest": _stems("area size population capacity"),
    "smallest": _stems("area size population capacity total amount"), "deepest": _stems("depth"),
    "cheapest": _stems("price cost fee"), "expensive": _stems("price cost fee"), "highest": _stems("height elevation"),
    "farthest": _stems("distance"), "latest": _stems("date year"), "earliest": _stems("date year"),
    "newest": _stems("date year"), "best": _stems("rank position place pos score"),
}  # fmt: skip
"""Headings of the columns by which rows are ordered where one is the longest, the oldest."""


def alike(word: str, name: frozenset[str]) -> bool:
    """Tell whether the stem of a word may mean one of the stems of a heading."""
    return any(word in same and name & same for same in ALIKE)


_NATIONS = """american: united states | usa | us | u.s. | america; british: united kingdom | great britain | uk | gbr;
    russian: russia | rus; german: germany | ger | frg; french: france | fra; italian: italy | ita; spanish: spain |
    esp; japanese: japan | jpn; chinese: china | chn; canadian: canada | can; australian: australia | aus; irish:
    ireland | irl; scottish: scotland | sco; welsh: wales | wal; english: england | eng; dutch: netherlands | ned |
    holland; belgian: belgium | bel; swiss: switzerland | sui; austrian: austria | aut; swedish: sweden | swe;
    norwegian: norway | nor; danish: denmark | den; finnish: finland | fin; polish: poland | pol; czech: czech
    republic | czechoslovakia | cze; hungarian: hungary | hun; greek: greece | gre; turkish: turkey | tur;
    portuguese: portugal | por; brazilian: brazil | bra; argentine: argentina | arg; argentinian: argentina | arg;
    mexican: mexico | mex; korean: korea | kor; indian: india | ind; ukrainian: ukraine | ukr; romanian: romania |
    rou; bulgarian: bulgaria | bul; croatian: croatia | cro; serbian: serbia | srb; soviet: soviet union | ussr |
    urs; kenyan: kenya | ken; ethiopian: ethiopia | eth; jamaican: jamaica | jam; cuban: cuba | cub; thai: thailand
    | tha; icelandic: iceland | isl; israeli: israel | isr; egyptian: egypt | egy; colombian: colombia | col;
    chilean: chile | chi; peruvian: peru | per; filipino: philippines | phi; iranian: iran | iri; estonian: estonia
    | est; latvian: latvia | lat; lithuanian: lithuania | ltu; slovak: slovakia | svk; slovenian: slovenia | slo"""
_RESULTS = """won: win | w | winner | winners | winning; win: won | w | winner; wins: won | w | winner; lost: loss | l |
    defeat; winning: won | w | winner; lose: loss | l | lost; losses: loss | l | lost; loss: l | lost; draws: draw |
    d; drew: draw | d; tied: tie | t | draw; tie: t | draw; home: h; away: a; female: women | f; male: men | m"""
OTHER_FORMS: dict[str, tuple[str, ...]] = {
    word.strip(): tuple(form.strip() for form in forms.split("|"))
    for word, _, forms in (line.partition(":") for line in f"{_NATIONS};{_RESULTS}".split(";"))
}
"""Other words by which cells say what a word of a question does: the country of "Russian", the W of "won"."""
