"""What the labels of spaCy pipelines are called here: people, organisations, places, other names, or no name.

Decided for the label sets of all pipelines that the spaCy project publishes (3.8, one of ``_NAMES`` and
``_NO_NAMES`` a line) and for GiNZA's, which are those of Sekine's extended hierarchy
(http://ene-project.info). A government that goes by its country or capital stays a place.
"""

from __future__ import annotations

from pipeline.article import Label

_NAMES: dict[Label, tuple[str, ...]] = {
    "PER": (
        "PER PERS PERSON PRS PS persName",
        "God Character",
    ),
    "ORG": (
        "ORG ORGANIZATION ORGANISATION OG orgName",
        "Organization_Other International_Organization Show_Organization Family Company Company_Group",
        "Corporation_Other Juridical_Person Juridical_Person_Other Nonprofit_Organization",
        "Sports_Organization Sports_Organization_Other Pro_Sports_Organization Sports_Federation",
        "Sports_League Sports_Team Political_Organization Political_Organization_Other Political_Party",
        "Government Cabinet Military Public_Institution School Research_Institute Channel Newspaper Magazine",
    ),
    "LOC": (
        "LOC LOCATION LC GPE GPE_LOC GPE_ORG FAC FACILITY placeName geogName",
        "Location_Other GPE_Other City County Province Country Spa Address Address_Other Postal_Address",
        "Region Region_Other Continental_Region Domestic_Region Geological_Region Geological_Region_Other",
        "Mountain Island River Lake Sea Bay",
        "Astronomical_Object Astronomical_Object_Other Astral_Body_Other Star Planet Constellation",
        "Facility_Other Facility_Part Dam Archaeological_Place Archaeological_Place_Other Tomb Tumulus FOE",
        "FOE_Other GOE_Other Military_Base Power_Plant Park Shopping_Complex Sports_Facility Museum Zoo",
        "Amusement_Park Theater Worship_Place Castle Palace Accommodation Medical_Institution Market",
        "Transport_Facility Transport_Facility_Other Car_Stop Station Airport Port Line Line_Other Railroad",
        "Road Canal Water_Route Tunnel Bridge",
    ),
    "MISC": (
        "MISC OTH NORP EVENT WORK_OF_ART PRODUCT LAW LANGUAGE",
        "NAT_REL_POL DRV EVT PROD OBJ EVN WRK DERIV_PER AF EV MOVEMENT PET_NAME",
        "Ethnic_Group Ethnic_Group_Other Nationality Religion Language_Other National_Language",
        "Individual_Animal Individual_Animal_Other Racehorse",
        "Event_Other Occasion Occasion_Other Election Religious_Festival Competition Game Conference",
        "Incident Incident_Other War Natural_Phenomenon Natural_Phenomenon_Other Natural_Disaster Earthquake",
        "Product_Other Service Game_Other Digital_Game Software Vehicle Vehicle_Other Car Train Aircraft",
        "Spaceship Ship Musical_Instrument Drug Weapon Award Decoration",
        "Video_Work Art Art_Other Painting Picture Broadcast_Program Movie Show Music Book Printing",
        "Printing_Other Plan Treaty",
    ),
}
_NO_NAMES = (
    "DATE TIME CARDINAL ORDINAL QUANTITY MONEY PERCENT",
    "DATETIME PERIOD NUMERIC_VALUE TME MSR DT TI QT PHONE TITLE_AFFIX TITLE EMAIL URL",
    "Name Name_Other Title_Other Position_Vocation Virtual_Address Virtual_Address_Other Phone_Number",
    "Natural_Object Natural_Object_Other Element Compound Mineral Material Living_Thing Living_Thing_Other",
    "Fungus Mollusk_Arthropod Mollusc_Arthropod Insect Fish Amphibia Reptile Bird Mammal Flora",
    "Living_Thing_Part Living_Thing_Part_Other Animal_Part Flora_Part Disease Disease_Other Animal_Disease",
    "Color Color_Other Nature_Color Class Clothing Money_Form Stock Offense ID_Number Food Food_Other Dish",
    "Doctrine_Method Doctrine_Method_Other Culture Academic Sport Style Theory Rule Rule_Other",
    "Unit Unit_Other Currency Timex Timex_Other Timeex Timeex_Other Day_Of_Week Era Periodx Periodx_Other",
    "Period_Time Period_Day Period_Week Period_Month Period_Year Time_Top_Other Numex Numex_Other",
    "Stock_Index Point Multiplication Frequency Age School_Age Ordinal_Number Rank Latitude_Longitude",
    "Latitude_Longtitude Measurement Measurement_Other Physical_Extent Space Volume Weight Speed Intensity",
    "Temperature Calorie Seismic_Intensity Seismic_Magnitude Countx Countx_Other N_Person N_Organization",
    "N_Location N_Location_Other N_Country N_Facility N_Product N_Event N_Natural_Object",
    "N_Natural_Object_Other N_Animal N_Flora",
)
_LABELS = {
    name.casefold(): label for label, lines in _NAMES.items() for line in lines for name in line.split()
}
_KNOWN = _LABELS.keys() | {name.casefold() for line in _NO_NAMES for name in line.split()}


def label_of(name: str) -> Label | None:
    """What a pipeline's label is here, in capitals or not; None for dates, figures and what is not known."""
    return _LABELS.get(name.casefold())


def is_known(name: str) -> bool:
    """Whether it is decided what a label is; others, of a user's own pipeline, are left out of articles."""
    return name.casefold() in _KNOWN
