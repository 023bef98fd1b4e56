"""Plain cases of topics in each language that a model ships for: their main topic is not in doubt."""

# ruff: noqa: RUF001 - texts are of all scripts, and letters that look alike are meant

from hypothesis import strategies as st

ARTS, CRIME, ECONOMY, EDUCATION, HEALTH, POLITICS, SPORT, CONFLICT = (
    f"medtop:{number:02}000000" for number in (1, 2, 4, 5, 7, 11, 15, 16)
)
DISCIPLINE, SOCCER, TENNIS, ELECTION, SCHOOL, UNIVERSITY = (
    f"medtop:{number}" for number in (20000822, 20001065, 20001085, 20000574, 20000400, 20000405)
)

PLAIN = {
    "ar": {
        SPORT: "فاز ريال مدريد على برشلونة في مباراة الدوري الإسباني لكرة القدم وسجل المهاجم هدفين.",
        POLITICS: "صوت البرلمان على حكومة رئيس الوزراء الجديد بعد الانتخابات وانتقد حزب المعارضة البرنامج.",
    },
    "de": {
        SPORT: "Der FC Bayern hat in der Bundesliga 3:1 gegen Dortmund gewonnen, der Stürmer traf zweimal.",
        POLITICS: "Im Bundestag streiten Union, SPD und Grüne nach der Wahl über eine Koalition.",
        ECONOMY: "Der Dax fällt, die Inflation und die Zinsen der EZB belasten die Aktien an der Börse.",
        CONFLICT: "Russische Raketen haben ukrainische Städte getroffen, die Armee meldet Tote im Krieg.",
        CRIME: "Das Landgericht hat den Angeklagten wegen Mordes zu lebenslanger Haft verurteilt.",
    },
    "en": {
        SPORT: "Arsenal beat Chelsea 3-1 in the Premier League as the striker scored twice.",
        POLITICS: "Senate Republicans blocked the bill as Democrats vowed to fight the election.",
        ECONOMY: "Stocks fell as the Federal Reserve raised interest rates to tame inflation.",
        CONFLICT: "Russian missiles struck Ukraine overnight as troops advanced in the war.",
        ARTS: "The film starring the actor won best picture at the Oscars in Hollywood.",
        HEALTH: "Doctors say the vaccine lowers the risk of cancer in patients in hospital.",
    },
    "es": {
        SPORT: "El Real Madrid ganó 3-1 al Barcelona en la Liga; el delantero marcó dos goles en el partido.",
        POLITICS: "El presidente del Gobierno defendió la ley en el Congreso ante la oposición.",
    },
    "fr": {
        SPORT: "Le Paris Saint-Germain s'est imposé 3-1 face à Marseille en Ligue 1.",
        POLITICS: "Le Premier ministre a défendu à l'Assemblée nationale la motion de censure.",
        ECONOMY: "La Bourse de Paris recule, l'inflation et les taux de la BCE inquiètent.",
        CONFLICT: "L'armée russe a bombardé la ville ukrainienne, des missiles ont tué des soldats.",
        ARTS: "Le film, présenté au Festival de Cannes, a reçu la Palme d'or du jury.",
        CRIME: "Le tribunal correctionnel a condamné l'homme à dix ans de prison.",
    },
    "it": {
        SPORT: "La Juventus ha battuto l'Inter 2-1 in Serie A, l'attaccante ha segnato due gol.",
        POLITICS: "Il presidente del Consiglio ha difeso la manovra, l'opposizione vota contro alla Camera.",
        ECONOMY: "La Borsa di Milano chiude in calo, pesano l'inflazione e i tassi della Bce.",
        CRIME: "Il tribunale ha condannato l'uomo a dieci anni di carcere per omicidio.",
    },
    "ja": {
        SPORT: "サッカー日本代表はワールドカップ予選の試合でオーストラリアに2対1で勝利した。",
        POLITICS: "首相は国会で選挙制度の改革について説明し、野党は政府の方針を批判した。",
    },
    "nl": {
        SPORT: "Ajax heeft in de Eredivisie met 3-1 van PSV gewonnen, de spits scoorde twee keer.",
        POLITICS: "De Tweede Kamer debatteert met de premier over de coalitie, de VVD wil verkiezingen.",
        ECONOMY: "De beurs in Amsterdam daalt, de inflatie en de rente van de ECB drukken de aandelen.",
        CRIME: "De rechtbank heeft de man veroordeeld tot tien jaar cel voor moord.",
    },
    "pl": {
        SPORT: "Legia wygrała mecz z Lechem 2:1 w piłkarskiej ekstraklasie, napastnik strzelił dwa gole.",
        POLITICS: "Premier bronił w Sejmie ustawy, a posłowie opozycji chcą wyborów i krytykują rząd.",
    },
    "pt": {
        SPORT: "O Benfica venceu o Porto por 2-1 no jogo do campeonato de futebol, com dois gols.",
        POLITICS: "O presidente defende a lei no parlamento e os deputados da oposição criticam o governo.",
    },
    "ru": {
        SPORT: "«Спартак» обыграл «Зенит» 2:1 в матче чемпионата по футболу, нападающий забил два гола.",
        POLITICS: "Депутаты Госдумы приняли законопроект, партия объявила кандидата на выборы президента.",
        ECONOMY: "Центробанк повысил ключевую ставку, инфляция растёт, курс рубля на бирже упал.",
        CRIME: "Суд приговорил обвиняемого к десяти годам колонии за убийство.",
    },
    "tr": {
        SPORT: "Galatasaray futbol maçında Fenerbahçe'yi 2-1 yendi, takımın forvet oyuncusu iki gol attı.",
        POLITICS: "Cumhurbaşkanı mecliste yasayı savundu, muhalefet milletvekilleri hükümeti eleştirdi.",
    },
    "zh": {
        SPORT: "中国足球队在世界杯预选赛的比赛中以二比一战胜对手，球员打进两个进球。",
        POLITICS: "总统在议会为法案辩护，反对党议员批评政府的政策，并要求举行选举。",
    },
}
"""By language and topic of the top level."""

ELECTIONS = {
    "en": "Voters go to the polls in the election on Sunday, candidates of both parties campaign.",
    "fr": "Élections législatives : les candidats en campagne avant le second tour du scrutin.",
}
"""An election, by language."""

_WORDS = sorted({word for texts in PLAIN.values() for text in texts.values() for word in text.split()})
ANY_TEXT = st.one_of(
    st.text(st.characters(codec=None), max_size=400),
    st.lists(st.sampled_from(_WORDS), max_size=40).map(" ".join),
)
"""Texts of any characters, and of words that speak for topics."""
