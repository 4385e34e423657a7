"""
What symbols are called in each language: the words that normalisation puts in their place.

Digits stay digits: the voices count in their own languages. Nouns are given as `one|many`, or `one|few|many` for the
Slavic languages that count so.
"""

# ruff: noqa: E501  (a row a language reads better than lines of equal length)

from msgspec import Struct


class Vocabulary(Struct, frozen=True):
    """The words of a language. `decimal` is the mark before parts of one."""

    decimal: str
    percent: str
    at: str
    dot: str
    slash: str
    dash: str
    plus: str
    equals: str
    and_: str
    to: str
    degrees: str
    dollar: str
    euro: str
    pound: str
    yen: str
    units: str
    months: str
    hour: str = ""
    abbreviations: str = ""


_UNITS = ("km", "m", "cm", "mm", "kg", "g", "mg", "l", "ml", "km/h", "h", "min", "s", "GB", "MB", "kW", "W", "Hz")


def _v(words: str, money: str, units: str, months: str, hour: str = "", short: str = "") -> Vocabulary:
    decimal, *names = words.split(";")
    assert (
        len(names) == 10
        and money.count(";") == 3
        and len(units.split(";")) == len(_UNITS)
        and len(months.split()) == 12
    ), (
        names,
        units,
        months,
    )
    percent, at, dot, slash, dash, plus, equals, and_, to, degrees = names
    dollar, euro, pound, yen = money.split(";")
    return Vocabulary(
        decimal, percent, at, dot, slash, dash, plus, equals, and_, to, degrees, dollar, euro, pound, yen,
        units, months, hour, short,
    )  # fmt: skip


# fmt: off
TABLE: dict[str, Vocabulary] = {
    "en": _v(".;percent;at;dot;slash;dash;plus;equals;and;to;degree|degrees", "dollar|dollars;euro|euros;pound|pounds;yen|yen",
        "kilometre|kilometres;metre|metres;centimetre|centimetres;millimetre|millimetres;kilogram|kilograms;gram|grams;"
        "milligram|milligrams;litre|litres;millilitre|millilitres;kilometre per hour|kilometres per hour;hour|hours;"
        "minute|minutes;second|seconds;gigabyte|gigabytes;megabyte|megabytes;kilowatt|kilowatts;watt|watts;hertz|hertz",
        "January February March April May June July August September October November December", "",
        "Mr.=Mister;Mrs.=Missus;Ms.=Miz;Dr.=Doctor;Prof.=Professor;St.=Saint;vs.=versus;vs=versus;etc.=et cetera;e.g.=for example;"
        "i.e.=that is;approx.=approximately;No.=number;Inc.=Incorporated;Ltd.=Limited;Co.=Company;a.m.=AM;p.m.=PM;"
        "Jr.=Junior;Sr.=Senior;w/=with;w/o=without;Ph.D.=PhD;Gen.=General;Capt.=Captain;Lt.=Lieutenant;Sgt.=Sergeant;Gov.=Governor;"
        "Sen.=Senator;Rev.=Reverend;Dept.=Department;Mt.=Mount;Ave.=Avenue;Blvd.=Boulevard;Rd.=Road;Jan.=January;Feb.=February;"
        "Apr.=April;Aug.=August;Sep.=September;Sept.=September;Oct.=October;Nov.=November;Dec.=December;C#=C sharp;F#=F sharp"),
    "de": _v(",;Prozent;ätt;Punkt;Schrägstrich;Bindestrich;plus;gleich;und;bis;Grad", "Dollar|Dollar;Euro|Euro;Pfund|Pfund;Yen|Yen",
        "Kilometer|Kilometer;Meter|Meter;Zentimeter|Zentimeter;Millimeter|Millimeter;Kilogramm|Kilogramm;Gramm|Gramm;"
        "Milligramm|Milligramm;Liter|Liter;Milliliter|Milliliter;Kilometer pro Stunde|Kilometer pro Stunde;Stunde|Stunden;"
        "Minute|Minuten;Sekunde|Sekunden;Gigabyte|Gigabyte;Megabyte|Megabyte;Kilowatt|Kilowatt;Watt|Watt;Hertz|Hertz",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember", "Uhr",
        "z.B.=zum Beispiel;z. B.=zum Beispiel;d.h.=das heißt;d. h.=das heißt;usw.=und so weiter;ca.=circa;Dr.=Doktor;Prof.=Professor;"
        "bzw.=beziehungsweise;Nr.=Nummer;Str.=Straße;inkl.=inklusive;u.a.=unter anderem;Hr.=Herr;Fr.=Frau;evtl.=eventuell"),
    "fr": _v(",;pour cent;arobase;point;barre oblique;tiret;plus;égale;et;à;degrés", "dollar|dollars;euro|euros;livre|livres;yen|yens",
        "kilomètre|kilomètres;mètre|mètres;centimètre|centimètres;millimètre|millimètres;kilogramme|kilogrammes;gramme|grammes;"
        "milligramme|milligrammes;litre|litres;millilitre|millilitres;kilomètre par heure|kilomètres par heure;heure|heures;"
        "minute|minutes;seconde|secondes;gigaoctet|gigaoctets;mégaoctet|mégaoctets;kilowatt|kilowatts;watt|watts;hertz|hertz",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre", "heures",
        "M.=Monsieur;Mme=Madame;Mlle=Mademoiselle;Dr=Docteur;etc.=et cetera;p.ex.=par exemple;c.-à-d.=c'est-à-dire;n°=numéro;St=Saint"),
    "es": _v(",;por ciento;arroba;punto;barra;guion;más;igual a;y;a;grados", "dólar|dólares;euro|euros;libra|libras;yen|yenes",
        "kilómetro|kilómetros;metro|metros;centímetro|centímetros;milímetro|milímetros;kilogramo|kilogramos;gramo|gramos;"
        "miligramo|miligramos;litro|litros;mililitro|mililitros;kilómetro por hora|kilómetros por hora;hora|horas;"
        "minuto|minutos;segundo|segundos;gigabyte|gigabytes;megabyte|megabytes;kilovatio|kilovatios;vatio|vatios;hercio|hercios",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre", "",
        "Sr.=Señor;Sra.=Señora;Srta.=Señorita;Dr.=Doctor;Dra.=Doctora;Ud.=usted;Uds.=ustedes;etc.=etcétera;p.ej.=por ejemplo;n.º=número;EE.UU.=Estados Unidos"),
    "pt": _v(",;por cento;arroba;ponto;barra;hífen;mais;igual a;e;a;graus", "dólar|dólares;euro|euros;libra|libras;iene|ienes",
        "quilômetro|quilômetros;metro|metros;centímetro|centímetros;milímetro|milímetros;quilograma|quilogramas;grama|gramas;"
        "miligrama|miligramas;litro|litros;mililitro|mililitros;quilômetro por hora|quilômetros por hora;hora|horas;"
        "minuto|minutos;segundo|segundos;gigabyte|gigabytes;megabyte|megabytes;quilowatt|quilowatts;watt|watts;hertz|hertz",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro", "",
        "Sr.=Senhor;Sra.=Senhora;Dr.=Doutor;Dra.=Doutora;etc.=et cetera;p.ex.=por exemplo;nº=número;Prof.=Professor"),
    "it": _v(",;per cento;chiocciola;punto;barra;trattino;più;uguale a;e;a;gradi", "dollaro|dollari;euro|euro;sterlina|sterline;yen|yen",
        "chilometro|chilometri;metro|metri;centimetro|centimetri;millimetro|millimetri;chilogrammo|chilogrammi;grammo|grammi;"
        "milligrammo|milligrammi;litro|litri;millilitro|millilitri;chilometro orario|chilometri orari;ora|ore;"
        "minuto|minuti;secondo|secondi;gigabyte|gigabyte;megabyte|megabyte;chilowatt|chilowatt;watt|watt;hertz|hertz",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre", "",
        "Sig.=Signor;Sig.ra=Signora;Dott.=Dottor;Prof.=Professor;ecc.=eccetera;es.=esempio;n.=numero"),
    "nl": _v(",;procent;apenstaartje;punt;slash;streepje;plus;is;en;tot;graden", "dollar|dollar;euro|euro;pond|pond;yen|yen",
        "kilometer|kilometer;meter|meter;centimeter|centimeter;millimeter|millimeter;kilogram|kilogram;gram|gram;"
        "milligram|milligram;liter|liter;milliliter|milliliter;kilometer per uur|kilometer per uur;uur|uur;"
        "minuut|minuten;seconde|seconden;gigabyte|gigabyte;megabyte|megabyte;kilowatt|kilowatt;watt|watt;hertz|hertz",
        "januari februari maart april mei juni juli augustus september oktober november december", "uur",
        "dhr.=de heer;mevr.=mevrouw;dr.=dokter;bijv.=bijvoorbeeld;enz.=enzovoort;nr.=nummer;ca.=circa"),
    "sv": _v(",;procent;snabel-a;punkt;snedstreck;bindestreck;plus;lika med;och;till;grader", "dollar|dollar;euro|euro;pund|pund;yen|yen",
        "kilometer|kilometer;meter|meter;centimeter|centimeter;millimeter|millimeter;kilogram|kilogram;gram|gram;"
        "milligram|milligram;liter|liter;milliliter|milliliter;kilometer i timmen|kilometer i timmen;timme|timmar;"
        "minut|minuter;sekund|sekunder;gigabyte|gigabyte;megabyte|megabyte;kilowatt|kilowatt;watt|watt;hertz|hertz",
        "januari februari mars april maj juni juli augusti september oktober november december", "",
        "t.ex.=till exempel;bl.a.=bland annat;osv.=och så vidare;ca=cirka;nr=nummer"),
    "da": _v(",;procent;snabel-a;punktum;skråstreg;bindestreg;plus;lig med;og;til;grader", "dollar|dollars;euro|euro;pund|pund;yen|yen",
        "kilometer|kilometer;meter|meter;centimeter|centimeter;millimeter|millimeter;kilogram|kilogram;gram|gram;"
        "milligram|milligram;liter|liter;milliliter|milliliter;kilometer i timen|kilometer i timen;time|timer;"
        "minut|minutter;sekund|sekunder;gigabyte|gigabyte;megabyte|megabyte;kilowatt|kilowatt;watt|watt;hertz|hertz",
        "januar februar marts april maj juni juli august september oktober november december", "",
        "f.eks.=for eksempel;bl.a.=blandt andet;osv.=og så videre;ca.=cirka;nr.=nummer"),
    "nb": _v(",;prosent;krøllalfa;punktum;skråstrek;bindestrek;pluss;er lik;og;til;grader", "dollar|dollar;euro|euro;pund|pund;yen|yen",
        "kilometer|kilometer;meter|meter;centimeter|centimeter;millimeter|millimeter;kilogram|kilogram;gram|gram;"
        "milligram|milligram;liter|liter;milliliter|milliliter;kilometer i timen|kilometer i timen;time|timer;"
        "minutt|minutter;sekund|sekunder;gigabyte|gigabyte;megabyte|megabyte;kilowatt|kilowatt;watt|watt;hertz|hertz",
        "januar februar mars april mai juni juli august september oktober november desember", "",
        "f.eks.=for eksempel;bl.a.=blant annet;osv.=og så videre;ca.=cirka;nr.=nummer"),
    "fi": _v(",;prosenttia;ät;piste;kautta;viiva;plus;on;ja;viiva;astetta", "dollari|dollaria;euro|euroa;punta|puntaa;jeni|jeniä",
        "kilometri|kilometriä;metri|metriä;senttimetri|senttimetriä;millimetri|millimetriä;kilogramma|kilogrammaa;gramma|grammaa;"
        "milligramma|milligrammaa;litra|litraa;millilitra|millilitraa;kilometri tunnissa|kilometriä tunnissa;tunti|tuntia;"
        "minuutti|minuuttia;sekunti|sekuntia;gigatavu|gigatavua;megatavu|megatavua;kilowatti|kilowattia;watti|wattia;hertsi|hertsiä",
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
        "", "esim.=esimerkiksi;jne.=ja niin edelleen;n.=noin;klo=kello;ym.=ynnä muuta"),
    "pl": _v(",;procent;małpa;kropka;ukośnik;myślnik;plus;równa się;i;do;stopień|stopnie|stopni", "dolar|dolary|dolarów;euro|euro|euro;funt|funty|funtów;jen|jeny|jenów",
        "kilometr|kilometry|kilometrów;metr|metry|metrów;centymetr|centymetry|centymetrów;milimetr|milimetry|milimetrów;"
        "kilogram|kilogramy|kilogramów;gram|gramy|gramów;miligram|miligramy|miligramów;litr|litry|litrów;mililitr|mililitry|mililitrów;"
        "kilometr na godzinę|kilometry na godzinę|kilometrów na godzinę;godzina|godziny|godzin;minuta|minuty|minut;sekunda|sekundy|sekund;"
        "gigabajt|gigabajty|gigabajtów;megabajt|megabajty|megabajtów;kilowat|kilowaty|kilowatów;wat|waty|watów;herc|herce|herców",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia", "",
        "np.=na przykład;itd.=i tak dalej;itp.=i tym podobne;tzn.=to znaczy;dr=doktor;prof.=profesor;ok.=około;nr=numer"),
    "cs": _v(",;procento|procenta|procent;zavináč;tečka;lomítko;pomlčka;plus;rovná se;a;až;stupeň|stupně|stupňů", "dolar|dolary|dolarů;euro|eura|eur;libra|libry|liber;jen|jeny|jenů",
        "kilometr|kilometry|kilometrů;metr|metry|metrů;centimetr|centimetry|centimetrů;milimetr|milimetry|milimetrů;"
        "kilogram|kilogramy|kilogramů;gram|gramy|gramů;miligram|miligramy|miligramů;litr|litry|litrů;mililitr|mililitry|mililitrů;"
        "kilometr za hodinu|kilometry za hodinu|kilometrů za hodinu;hodina|hodiny|hodin;minuta|minuty|minut;sekunda|sekundy|sekund;"
        "gigabajt|gigabajty|gigabajtů;megabajt|megabajty|megabajtů;kilowatt|kilowatty|kilowattů;watt|watty|wattů;hertz|hertze|hertzů",
        "ledna února března dubna května června července srpna září října listopadu prosince", "",
        "např.=například;atd.=a tak dále;tj.=to je;dr.=doktor;č.=číslo;cca=cirka"),
    "ru": _v(",;процент|процента|процентов;собака;точка;слэш;дефис;плюс;равно;и;до;градус|градуса|градусов", "доллар|доллара|долларов;евро|евро|евро;фунт|фунта|фунтов;иена|иены|иен",
        "километр|километра|километров;метр|метра|метров;сантиметр|сантиметра|сантиметров;миллиметр|миллиметра|миллиметров;"
        "килограмм|килограмма|килограммов;грамм|грамма|граммов;миллиграмм|миллиграмма|миллиграммов;литр|литра|литров;"
        "миллилитр|миллилитра|миллилитров;километр в час|километра в час|километров в час;час|часа|часов;минута|минуты|минут;"
        "секунда|секунды|секунд;гигабайт|гигабайта|гигабайт;мегабайт|мегабайта|мегабайт;киловатт|киловатта|киловатт;ватт|ватта|ватт;герц|герца|герц",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря", "",
        "т.е.=то есть;т.д.=так далее;т.п.=тому подобное;г.=год;руб.=рублей;др.=другие;тыс.=тысяч;млн=миллионов;№=номер"),
    "uk": _v(",;відсоток|відсотки|відсотків;равлик;крапка;слеш;дефіс;плюс;дорівнює;і;до;градус|градуси|градусів", "долар|долари|доларів;євро|євро|євро;фунт|фунти|фунтів;єна|єни|єн",
        "кілометр|кілометри|кілометрів;метр|метри|метрів;сантиметр|сантиметри|сантиметрів;міліметр|міліметри|міліметрів;"
        "кілограм|кілограми|кілограмів;грам|грами|грамів;міліграм|міліграми|міліграмів;літр|літри|літрів;мілілітр|мілілітри|мілілітрів;"
        "кілометр на годину|кілометри на годину|кілометрів на годину;година|години|годин;хвилина|хвилини|хвилин;секунда|секунди|секунд;"
        "гігабайт|гігабайти|гігабайтів;мегабайт|мегабайти|мегабайтів;кіловат|кіловати|кіловатів;ват|вати|ватів;герц|герци|герц",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня", "",
        "т.д.=так далі;т.п.=тому подібне;грн=гривень;тис.=тисяч;млн=мільйонів;№=номер"),
    "tr": _v(",;yüzde;et;nokta;eğik çizgi;tire;artı;eşittir;ve;ile;derece", "dolar|dolar;avro|avro;sterlin|sterlin;yen|yen",
        "kilometre|kilometre;metre|metre;santimetre|santimetre;milimetre|milimetre;kilogram|kilogram;gram|gram;miligram|miligram;"
        "litre|litre;mililitre|mililitre;kilometre bölü saat|kilometre bölü saat;saat|saat;dakika|dakika;saniye|saniye;"
        "gigabayt|gigabayt;megabayt|megabayt;kilovat|kilovat;vat|vat;hertz|hertz",
        "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık", "",
        "vb.=ve benzeri;vs.=vesaire;örn.=örneğin;Dr.=Doktor;Prof.=Profesör;No.=numara"),
    "id": _v(",;persen;et;titik;garis miring;strip;tambah;sama dengan;dan;sampai;derajat", "dolar|dolar;euro|euro;pound|pound;yen|yen",
        "kilometer|kilometer;meter|meter;sentimeter|sentimeter;milimeter|milimeter;kilogram|kilogram;gram|gram;miligram|miligram;"
        "liter|liter;mililiter|mililiter;kilometer per jam|kilometer per jam;jam|jam;menit|menit;detik|detik;"
        "gigabita|gigabita;megabita|megabita;kilowatt|kilowatt;watt|watt;hertz|hertz",
        "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember", "",
        "dll.=dan lain-lain;dsb.=dan sebagainya;dr.=dokter;No.=nomor"),
    "vi": _v(",;phần trăm;a còng;chấm;gạch chéo;gạch ngang;cộng;bằng;và;đến;độ", "đô la|đô la;ơ rô|ơ rô;bảng|bảng;yên|yên",
        "ki lô mét|ki lô mét;mét|mét;xen ti mét|xen ti mét;mi li mét|mi li mét;ki lô gam|ki lô gam;gam|gam;mi li gam|mi li gam;"
        "lít|lít;mi li lít|mi li lít;ki lô mét trên giờ|ki lô mét trên giờ;giờ|giờ;phút|phút;giây|giây;"
        "gi ga bai|gi ga bai;mê ga bai|mê ga bai;ki lô oát|ki lô oát;oát|oát;héc|héc",
        "tháng_1 tháng_2 tháng_3 tháng_4 tháng_5 tháng_6 tháng_7 tháng_8 tháng_9 tháng_10 tháng_11 tháng_12", "giờ", "v.v.=vân vân;TP.=thành phố"),
    "ro": _v(",;la sută;arond;punct;bară oblică;cratimă;plus;egal;și;până la;grade", "dolar|dolari;euro|euro;liră|lire;yen|yeni",
        "kilometru|kilometri;metru|metri;centimetru|centimetri;milimetru|milimetri;kilogram|kilograme;gram|grame;miligram|miligrame;"
        "litru|litri;mililitru|mililitri;kilometru pe oră|kilometri pe oră;oră|ore;minut|minute;secundă|secunde;"
        "gigabait|gigabaiți;megabait|megabaiți;kilowatt|kilowați;watt|wați;hertz|herți",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie", "",
        "dl.=domnul;d-na=doamna;dr.=doctor;etc.=et cetera;nr.=numărul"),
    "hu": _v(",;százalék;kukac;pont;per;kötőjel;plusz;egyenlő;és;tól;fok", "dollár|dollár;euró|euró;font|font;jen|jen",
        "kilométer|kilométer;méter|méter;centiméter|centiméter;milliméter|milliméter;kilogramm|kilogramm;gramm|gramm;milligramm|milligramm;"
        "liter|liter;milliliter|milliliter;kilométer per óra|kilométer per óra;óra|óra;perc|perc;másodperc|másodperc;"
        "gigabájt|gigabájt;megabájt|megabájt;kilowatt|kilowatt;watt|watt;hertz|hertz",
        "január február március április május június július augusztus szeptember október november december", "",
        "pl.=például;stb.=satöbbi;kb.=körülbelül;dr.=doktor;ún.=úgynevezett"),
    "el": _v(",;τοις εκατό;παπάκι;τελεία;κάθετος;παύλα;συν;ίσον;και;έως;βαθμοί", "δολάριο|δολάρια;ευρώ|ευρώ;λίρα|λίρες;γιεν|γιεν",
        "χιλιόμετρο|χιλιόμετρα;μέτρο|μέτρα;εκατοστό|εκατοστά;χιλιοστό|χιλιοστά;κιλό|κιλά;γραμμάριο|γραμμάρια;μιλιγκράμ|μιλιγκράμ;"
        "λίτρο|λίτρα;μιλιλίτρ|μιλιλίτρ;χιλιόμετρο την ώρα|χιλιόμετρα την ώρα;ώρα|ώρες;λεπτό|λεπτά;δευτερόλεπτο|δευτερόλεπτα;"
        "γκιγκαμπάιτ|γκιγκαμπάιτ;μεγκαμπάιτ|μεγκαμπάιτ;κιλοβάτ|κιλοβάτ;βατ|βατ;χερτζ|χερτζ",
        "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου", "",
        "π.χ.=παραδείγματος χάρη;κ.λπ.=και λοιπά;δηλ.=δηλαδή;κ.=κύριος"),
    "ar": _v(".;بالمئة;آت;نقطة;شرطة مائلة;شرطة;زائد;يساوي;و;إلى;درجة", "دولار|دولار;يورو|يورو;جنيه|جنيه;ين|ين",
        "كيلومتر|كيلومتر;متر|متر;سنتيمتر|سنتيمتر;مليمتر|مليمتر;كيلوغرام|كيلوغرام;غرام|غرام;مليغرام|مليغرام;لتر|لتر;مليلتر|مليلتر;"
        "كيلومتر في الساعة|كيلومتر في الساعة;ساعة|ساعة;دقيقة|دقيقة;ثانية|ثانية;غيغابايت|غيغابايت;ميغابايت|ميغابايت;كيلوواط|كيلوواط;واط|واط;هرتز|هرتز",
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
    "he": _v(".;אחוז;שטרודל;נקודה;לוכסן;מקף;פלוס;שווה;ו;עד;מעלות", "דולר|דולר;אירו|אירו;לירה|לירות;ין|ין",
        "קילומטר|קילומטר;מטר|מטר;סנטימטר|סנטימטר;מילימטר|מילימטר;קילוגרם|קילוגרם;גרם|גרם;מיליגרם|מיליגרם;ליטר|ליטר;מיליליטר|מיליליטר;"
        "קילומטר לשעה|קילומטר לשעה;שעה|שעות;דקה|דקות;שנייה|שניות;ג'יגה|ג'יגה;מגה|מגה;קילוואט|קילוואט;ואט|ואט;הרץ|הרץ",
        "בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר"),
    "hi": _v(".;प्रतिशत;ऐट;डॉट;स्लैश;डैश;प्लस;बराबर;और;से;डिग्री", "डॉलर|डॉलर;यूरो|यूरो;पाउंड|पाउंड;येन|येन",
        "किलोमीटर|किलोमीटर;मीटर|मीटर;सेंटीमीटर|सेंटीमीटर;मिलीमीटर|मिलीमीटर;किलोग्राम|किलोग्राम;ग्राम|ग्राम;मिलीग्राम|मिलीग्राम;लीटर|लीटर;मिलीलीटर|मिलीलीटर;"
        "किलोमीटर प्रति घंटा|किलोमीटर प्रति घंटा;घंटा|घंटे;मिनट|मिनट;सेकंड|सेकंड;गीगाबाइट|गीगाबाइट;मेगाबाइट|मेगाबाइट;किलोवाट|किलोवाट;वाट|वाट;हर्ट्ज़|हर्ट्ज़",
        "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर"),
    "ko": _v(".;퍼센트;골뱅이;점;슬래시;대시;더하기;는;그리고;에서;도", "달러|달러;유로|유로;파운드|파운드;엔|엔",
        "킬로미터|킬로미터;미터|미터;센티미터|센티미터;밀리미터|밀리미터;킬로그램|킬로그램;그램|그램;밀리그램|밀리그램;리터|리터;밀리리터|밀리리터;"
        "시속 킬로미터|시속 킬로미터;시간|시간;분|분;초|초;기가바이트|기가바이트;메가바이트|메가바이트;킬로와트|킬로와트;와트|와트;헤르츠|헤르츠",
        "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월", "시"),
    "ja": _v(".;パーセント;アット;ドット;スラッシュ;ハイフン;プラス;イコール;と;から;ど", "ドル|ドル;ユーロ|ユーロ;ポンド|ポンド;えん|えん",
        "キロメートル|キロメートル;メートル|メートル;センチメートル|センチメートル;ミリメートル|ミリメートル;キログラム|キログラム;グラム|グラム;ミリグラム|ミリグラム;リットル|リットル;ミリリットル|ミリリットル;"
        "じそくキロメートル|じそくキロメートル;じかん|じかん;ふん|ふん;びょう|びょう;ギガバイト|ギガバイト;メガバイト|メガバイト;キロワット|キロワット;ワット|ワット;ヘルツ|ヘルツ",
        "いちがつ にがつ さんがつ しがつ ごがつ ろくがつ しちがつ はちがつ くがつ じゅうがつ じゅういちがつ じゅうにがつ", "じ"),
    "zh": _v(".;百分之;艾特;点;斜杠;杠;加;等于;和;到;度", "美元|美元;欧元|欧元;英镑|英镑;日元|日元",
        "公里|公里;米|米;厘米|厘米;毫米|毫米;公斤|公斤;克|克;毫克|毫克;升|升;毫升|毫升;公里每小时|公里每小时;小时|小时;分钟|分钟;秒|秒;"
        "千兆字节|千兆字节;兆字节|兆字节;千瓦|千瓦;瓦|瓦;赫兹|赫兹",
        "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月", "点"),
}
# fmt: on
TABLE["no"] = TABLE["nb"]
TABLE["cmn"] = TABLE["yue"] = TABLE["zh"]

_CURRENCIES = {
    "en": "R$=real|reais;₹=rupee|rupees;₽=rouble|roubles;₩=won|won;₺=lira|lira;₴=hryvnia|hryvnias;₫=dong|dong;₪=shekel|shekels",
    "pt": "R$=real|reais",
    "es-MX": "$=peso|pesos",
    "es-AR": "$=peso|pesos",
    "es-CO": "$=peso|pesos",
    "es-CL": "$=peso|pesos",
    "hi": "₹=रुपया|रुपये",
    "ru": "₽=рубль|рубля|рублей",
    "uk": "₴=гривня|гривні|гривень;₽=рубль|рублі|рублів",
    "ko": "₩=원|원",
    "tr": "₺=lira|lira",
    "vi": "₫=đồng|đồng",
    "he": "₪=שקל|שקלים",
    "zh": "¥=元|元;￥=元|元",
    "cmn": "¥=元|元;￥=元|元",
    "yue": "¥=元|元;￥=元|元",
    "ja": "￥=えん|えん",
}
"""Signs of money besides those of the table, or otherwise, by language or by language and country."""

_MORE_UNITS = {
    "en": "ft=foot|feet;lb=pound|pounds;lbs=pound|pounds;oz=ounce|ounces;mi=mile|miles;yd=yard|yards;mph=mile per hour|miles per hour;"
    "sq ft=square foot|square feet;m²=square metre|square metres;m³=cubic metre|cubic metres;km²=square kilometre|square kilometres;"
    "TB=terabyte|terabytes;kWh=kilowatt hour|kilowatt hours",
    "de": "m²=Quadratmeter|Quadratmeter;m³=Kubikmeter|Kubikmeter;km²=Quadratkilometer|Quadratkilometer",
    "fr": "m²=mètre carré|mètres carrés;m³=mètre cube|mètres cubes;km²=kilomètre carré|kilomètres carrés",
    "es": "m²=metro cuadrado|metros cuadrados;m³=metro cúbico|metros cúbicos;km²=kilómetro cuadrado|kilómetros cuadrados",
    "pt": "m²=metro quadrado|metros quadrados;m³=metro cúbico|metros cúbicos;km²=quilômetro quadrado|quilômetros quadrados",
    "it": "m²=metro quadrato|metri quadrati;m³=metro cubo|metri cubi;km²=chilometro quadrato|chilometri quadrati",
    "pl": "zł=złoty|złote|złotych",
    "cs": "Kč=koruna|koruny|korun",
    "hu": "Ft=forint|forint",
    "tr": "TL=lira|lira",
    "sv": "kr=krona|kronor",
    "da": "kr=krone|kroner",
    "nb": "kr=krone|kroner",
    "no": "kr=krone|kroner",
    "nl": "m²=vierkante meter|vierkante meter;m³=kubieke meter|kubieke meter;km²=vierkante kilometer|vierkante kilometer",
}

MAY_END = frozenset({
    "etc.", "a.m.", "p.m.", "Inc.", "Ltd.", "Co.", "Jr.", "Sr.", "Ph.D.", "Ave.", "Blvd.", "Rd.", "usw.", "u.a.", "Ud.", "Uds.",
    "EE.UU.", "ecc.", "enz.", "osv.", "jne.", "ym.", "itd.", "itp.", "atd.", "т.д.", "т.п.", "г.", "руб.", "vb.", "dll.",
    "dsb.", "v.v.", "stb.", "κ.λπ.",
})  # fmt: skip
"""Abbreviations that a sentence may end in: what follows them in a capital letter begins another."""

BEFORE_NUMBER = frozenset({"tr", "zh", "cmn", "yue"})
"""Languages in which the word for per cent stands before the number."""


def unit_names(words: Vocabulary, language: str) -> dict[str, str]:
    """Sign of a unit -> its name, as `one|many`."""
    more = dict(one.split("=") for one in _MORE_UNITS.get(language, "").split(";") if one)
    return dict(zip(_UNITS, words.units.split(";"), strict=True)) | more


def money_names(words: Vocabulary, language: str) -> dict[str, str]:
    """Sign of money -> its name, as `one|many`."""
    names = {"$": words.dollar, "€": words.euro, "£": words.pound, "¥": words.yen}
    for spoken in (language.split("-")[0].lower(), language):
        names |= dict(one.split("=") for one in _CURRENCIES.get(spoken, "").split(";") if one)
    return names


def abbreviations(words: Vocabulary) -> dict[str, str]:
    """Abbreviation as it is written -> what is said."""
    return dict(one.split("=", 1) for one in words.abbreviations.split(";") if one)


def counted(noun: str, number: str, language: str) -> str:
    """The form of a noun (`one|many` or `one|few|many`) that goes with a number in digits."""
    forms = noun.split("|")
    whole = number.isdigit()
    if len(forms) == 3 and not whole:
        return forms[1]
    if len(forms) < 3:
        return forms[0] if number == "1" else forms[-1]
    count = int(number)
    if (language in ("ru", "uk") and count % 10 == 1 and count % 100 != 11) or count == 1:
        return forms[0]
    few = 2 <= count <= 4 if language == "cs" else count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
    return forms[1] if few else forms[2]
