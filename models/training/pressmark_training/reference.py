"""Texts of the reference windows, as words; written for this project."""

WINDOWS: list[list[list[str]]] = [
    ["The harbour master of Velmora said on Tuesday that two ferries would stay in port .".split()],
    [
        "U.S. envoys met Gen. Tomás Arrieta in São Brás , 40 km from the border .".split(),
        '" We have agreed on nothing yet , " he told the AP .'.split(),
    ],
    [
        "Zürich - based Kornhaus AG paid € 3.4 m ( $ 3,700,000 ) for 12.5 % of the mine .".split(),
        "Its shares rose 7 % on the 16th ; analysts at J. P. McAllister expected less .".split(),
        "The company did not reply .".split(),
    ],
    ["NEW TALKS ON THE M23 ROAD FAIL AS WINTER NEARS".split()],
    [
        "Журналисты из Ташкента и 東京 приехали в Łódź , naïve café - owners rejoiced .".split(),
        "iPhone sales , said Ms. O’Rourke , “ were fine in الدوحة ” — but who counts ? 🙂 …".split(),
    ],
    [
        "Residents of Oakmere , a town of 9,200 people north of the river , woke on Friday to find that the last "
        "bank on the high street had closed without notice .".split(),
        "A sign on the door of Penfold & Sons told customers to use the branch in Dunlow , which is an hour away "
        "by bus , or the bank ’s app .".split(),
        "Councillor Amina Yusuf called the decision “ a blow to everyone over seventy ” and asked the Ministry of "
        "Finance to step in before the F-16 air show in 2027 .".split(),
        "The ministry said that it would look at the case .".split(),
    ],
]
