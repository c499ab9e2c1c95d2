import QtQuick

// A small keyboard of our own: Qt's would bring all of the Addons along. Letters in the order of the alphabet.
Item {
    id: letters

    required property var measure
    required property var colours
    required property string cancel
    property bool wide: false
    signal typed(string letter)
    signal erased
    signal cancelled

    readonly property int columns: wide ? 11 : 6
    readonly property int rows: wide ? 3 : 5
    readonly property real pitch: width / columns
    readonly property real rowHeight: height / rows

    height: rows * measure.target

    Repeater {
        model: 26

        Key {
            required property int index
            readonly property string letter: String.fromCharCode(65 + index)
            measure: letters.measure
            colours: letters.colours
            x: index % letters.columns * letters.pitch
            y: Math.floor(index / letters.columns) * letters.rowHeight
            width: letters.pitch
            height: letters.rowHeight
            label: letter
            onTouched: letters.typed(letter)
        }
    }

    Key {
        id: space
        measure: letters.measure
        colours: letters.colours
        x: (letters.wide ? 4 : 2) * letters.pitch
        y: (letters.rows - 1) * letters.rowHeight
        width: (letters.wide ? 3 : 1) * letters.pitch
        height: letters.rowHeight
        icon: "space"
        onTouched: letters.typed(" ")
    }

    Key {
        id: erase
        measure: letters.measure
        colours: letters.colours
        x: space.x + space.width
        y: space.y
        width: (letters.wide ? 2 : 1) * letters.pitch
        height: letters.rowHeight
        icon: "erase"
        onTouched: letters.erased()
    }

    Key {
        measure: letters.measure
        colours: letters.colours
        x: erase.x + erase.width
        y: space.y
        width: 2 * letters.pitch
        height: letters.rowHeight
        label: letters.cancel
        icon: "cross"
        size: 32 * letters.measure.unit
        onTouched: letters.cancelled()
    }
}
