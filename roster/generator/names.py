"""Lists the made-up names: of people from everywhere, of places from nowhere."""

GIVEN = (
    *"""
    Aaliyah Abena Adaeze Aiden Aisha Alejandra Amara Amir Ana Anders Anika Anong Arjun Asha
    Astrid Ayumi Beatriz Bilal Bram Brigid Camila Carlos Chana Chidi Chloé Clara Connor Dalia
    Daniel Daria Deepa Diego Dmitri Ebony Eduardo Elif Elijah Emeka Emma Enzo Esperanza Esther
    Ewa Farah Fatima Femi Fiona Gabriel Giulia Grace Greta Hana Haruki Hassan Hazel Helena
    Hiroshi Hugo Ibrahim Ines Ingrid Isaac Isabella Ivan Jada Jamal Jasmine Javier Jia Jin João
    Jonas José Josephine Juan Kai Kalani Kamala Katya Keisha Kenji Khadija Kofi Lara Latoya Leila
    Leo Liam Linh Lucía Luka Mai Malik Malia Marcus María Mateo Maya Mei Mia Miguel Milo Minh
    Mira Mohammed Nadia Naomi Nia Nikhil Noah Noor Nuria Olga Olivia Omar Oscar Paolo Pedro
    Penelope Priya Quinn Rafael Rania Ravi Renée Rosa Ruth Sami Samuel Sara Sasha Sean Selim
    Sergio Shira Siobhán Sofia Søren Suki Tala Tariq Tatiana Tenzin Thandi Theo Tomás Uma Valeria
    Viktor Wanjiru Wei William Ximena Yara Yuki Yusuf Zahra Zainab Zoe Zuri
    """.split(),
    "Anne-Marie",
    "Jean-Luc",
    "Mary Jo",
    "D'Andre",
    "Da'Shawn",
)

FAMILY = (
    *"""
    Abdi Abiodun Adeyemi Aguilar Ahmed Alvarez Andersson Aoki Asante Baker Banerjee Barros
    Becker Begum Bennett Bianchi Bianco Boateng Booker Brandt Brooks Calderón Campbell Carter
    Castillo Chanda Chaudhry Chavez Chen Choi Clark Cohen Coleman Costa Cruz Dang Delgado Demir
    Desai Diallo Diaz Dubois Eriksen Espinoza Farouk Fernandes Fischer Flores Foster Fujita
    García Gebre Gomez Gonçalves González Greene Guerrero Gupta Haddad Hall Hansen Hashimi Hayes
    Hernández Hoang Horvat Hughes Hussein Ibarra Ito Ivanova Jackson Jansen Jensen Jiménez
    Johnson Kamau Kapoor Karlsson Katz Keller Khan Kim Kimura Kowalski Kumar Lam Larsen Le
    Lehtinen Lindqvist Lopez Lozano Mahmoud Maldonado Mbeki Medina Mehta Mendoza Mensah Meyer
    Molina Morales Moreau Moreno Müller Muñoz Nakamura Nazari Ndlovu Nguyen Novak Nowak Núñez
    Ochoa Okafor Okonkwo Oliveira Olsen Ortiz Osei Otieno Park Patel Pereira Pham Popescu Quispe
    Rahman Ramírez Reyes Rivera Robinson Rojas Romero Rossi Ruiz Saito Salazar Santos Sato
    Schneider Silva Singh Sithole Soto Suzuki Tadesse Takahashi Tanaka Taylor Tesfaye Thapa
    Torres Tran Tremblay Vargas Vega Wang Washington Weiss Williams Wong Wright Yamada Yang
    Yılmaz Zhang Zimmermann Łukasik
    """.split(),
    "O'Brien",
    "O'Connor",
    "D'Souza",
    "N'Diaye",
    "Garcia-Lopez",
    "Smith-Okoye",
    "St. Clair",
    "de la Cruz",
    "van der Berg",
    "Al-Masri",
)

#: Whole names that trip software: given, family. Right to left, other scripts, very long.
UNUSUAL = (
    ("نور", "الحداد"),
    (
        "Maximiliana Wilhelmina Alexandrina",
        "Featherstonehaugh-Cholmondeley-Wolverhampton-Llewellyn",
    ),
    ("יעל", "בן דוד"),
    ("小明", "王"),
    ("Nguyễn Thị Ánh", "Đặng"),
    ("Björk", "Þórsdóttir"),
    ("Анна", "Соколова"),
    ("X", "Æ"),
)

MIDDLE = tuple("A. B. C. D. E. Ann Lee Marie James Rose Luis Grace Kai Noor Jo".split())

PRONOUNS = ("she/her", "he/him", "they/them")

DISTRICTS = tuple(
    "Mapleton Silverbrook Fairhollow Oakhaven Windmere Stonebridge Larkfield Pinecrest".split()
)

#: A school is called by one of each, which gives 864 names.
PLACE_FIRST = tuple(
    """
    Alder Birch Cedar Dogwood Elm Falcon Granite Heron Iris Juniper Kestrel Laurel Magnolia
    Nutmeg Osprey Poplar Quail Redwood Sequoia Thistle Umber Violet Willow Yarrow Aspen Bluebird
    Clover Dragonfly Ember Fern Goldfinch Hawthorn Ivy Jasper Kingfisher Lantern
    """.split()
)
PLACE_SECOND = tuple(
    """
    Creek Ridge Valley Grove Point Hill Meadow Springs Crossing Park Bay Canyon Falls Heights
    Lake Landing Mesa Orchard Prairie Shore Trail View Woods Bend
    """.split()
)
CITIES = ("Mapleton", "Fairhollow", "Port Ember", "San Aurelio", "Coeur d'Aspen", "New Larkfield")
