import QtQuick

// Lines of facts; one that somebody should look at has a sign before it and stands in bold.
Item {
    id: table

    required property real unit
    required property var facts
    required property var paint
    property int columns: 1
    property real tallest: 58 * unit

    readonly property int rows: Math.max(1, Math.ceil(facts.length / columns))
    readonly property real pitch: Math.min(tallest, height / rows)

    Repeater {
        model: table.facts

        Item {
            id: fact
            required property var modelData
            required property int index
            readonly property bool alone: modelData.text === ""
            // A long text stands below its label and has the whole width, where lines are high enough.
            readonly property bool stacked: modelData.text.length > 48 && table.pitch >= 58 * table.unit

            x: Math.floor(index / table.rows) * table.width / table.columns
            y: index % table.rows * table.pitch
            width: table.width / table.columns - (table.columns > 1 ? 24 * table.unit : 0)
            height: table.pitch

            Glyph {
                id: sign
                visible: fact.modelData.bad
                anchors.verticalCenter: parent.verticalCenter
                width: 30 * table.unit
                height: width
                name: "disk"
                ink: table.paint.ink
                weight: 2.6
            }

            Line {
                id: label
                x: 40 * table.unit
                width: (fact.alone || fact.stacked ? 1 : 0.44) * (parent.width - x)
                height: (fact.stacked ? 0.36 : 1) * parent.height
                verticalAlignment: Text.AlignVCenter
                text: fact.modelData.label
                color: fact.alone && fact.modelData.bad ? table.paint.ink : table.paint.faint
                size: 28 * table.unit
                lines: fact.stacked ? 1 : 2
                font.weight: fact.alone && fact.modelData.bad ? Font.Bold : Font.Normal
            }

            Line {
                x: fact.stacked ? label.x : label.x + label.width + 14 * table.unit
                y: fact.stacked ? label.height : 0
                width: parent.width - x
                height: parent.height - y
                visible: !fact.alone
                verticalAlignment: Text.AlignVCenter
                text: fact.modelData.text
                color: table.paint.ink
                size: 30 * table.unit
                lines: 2
                font.weight: fact.modelData.bad ? Font.Bold : Font.DemiBold
            }

            Rectangle {
                anchors { bottom: parent.bottom; left: parent.left; right: parent.right }
                height: Math.max(1, table.unit)
                color: table.paint.faint
                opacity: 0.35
            }
        }
    }
}
