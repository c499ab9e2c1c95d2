import QtQuick

// One day of the calendar: its number, what it is called, when it began and ended, minutes. A day that needs something
// has a mark and a ground of its own.
Rectangle {
    id: cell

    required property real unit
    required property var day
    required property var paint
    required property var colours

    readonly property bool look: day.tone === "look"
    readonly property color ink: look ? colours.plate : day.tone === "good" ? colours.field_ink : paint.ink
    // Where cells are low, a day with minutes to tell goes without its word: its times say that somebody was here.
    readonly property bool low: height < 116 * unit
    readonly property bool full: day.in_text !== "" && day.out_text !== "" && day.note !== ""
    readonly property var lines: [low && full ? "" : day.word, day.in_text, day.out_text, day.note].filter(text => text !== "")
    readonly property real line: Math.min(24 * unit, (height - 34 * unit) / (low ? 3 : 4))

    color: look ? colours.warning : day.tone === "good" ? colours.field : "transparent"
    border { width: (day.today ? 4 : 1) * unit; color: day.today ? paint.disc : paint.faint }

    Line {
        x: 7 * cell.unit
        y: 3 * cell.unit
        width: parent.width / 2
        height: 28 * cell.unit
        text: cell.day.number
        color: cell.ink
        size: 24 * cell.unit
        font.weight: Font.Bold
    }

    Glyph {
        visible: cell.look
        anchors { right: parent.right; rightMargin: 6 * cell.unit; top: parent.top; topMargin: 5 * cell.unit }
        width: 24 * cell.unit
        height: width
        name: "disk"
        ink: cell.ink
    }

    Column {
        x: 7 * cell.unit
        y: 31 * cell.unit
        width: parent.width - 12 * cell.unit

        Repeater {
            model: cell.lines

            Line {
                required property var modelData
                width: parent.width
                height: cell.line
                text: modelData
                color: cell.ink
                size: 20 * cell.unit
            }
        }
    }
}
