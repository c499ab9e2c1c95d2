import QtQuick

// How large things are. On a panel of the usual size a unit is a pixel of the design (720x1280 or 1280x800); letters and
// places to touch are measured in millimetres of the panel, as far as they fit: smaller panels get the largest that do.
QtObject {
    id: measure

    required property real width
    required property real height
    required property real inches

    readonly property bool portrait: height > width
    // Never zero: a window has no size yet while it is being made.
    readonly property real unit: Math.max(0.2, portrait ? Math.min(width / 720, height / 1280)
                                                        : Math.min(width / 1280, height / 800))
    readonly property real mm: Math.max(3.6 * unit, Math.min(Math.hypot(width, height) / (inches * 25.4), 5.9 * unit))
    // A little over 18 mm and 10 mm: pixels are rounded.
    readonly property real target: Math.ceil(18.05 * mm)
    readonly property real headline: Math.ceil(10.05 * mm / capital)
    readonly property real capital: Math.max(0.5, letter.tightBoundingRect.height / letter.font.pixelSize)

    property TextMetrics letter: TextMetrics {
        text: "H"
        font { pixelSize: 200; weight: Font.Bold }
    }
}
