"""
The studio: script or sound, an avatar and assets in, a finished video out.

It knows nothing of accounts, rows or requests:

    voices/    text -> Speech: sound and, where the voice knows them, the times of words and phones
    timing/    Speech -> Timing: words for captions, and the mouth at 100 Hz
    motion     Timing -> a Pose for each frame: mouth, blinks, gaze, head, hands (with beats and gestures)
    cast/      Pose -> a picture of a presenter with transparency

Still to come, and until then no call of the API makes a video: backgrounds and captions (one frame over the other),
the mix of voice and music, and the film of both.
"""
