import QtQuick

// Which movement of how many: a mark for each, with a tick when it is done and a number until then.
Row {
    id: steps

    required property real unit
    required property var view

    spacing: 14 * unit
    height: visible ? 60 * unit : 0
    visible: view.steps > 0

    Repeater {
        model: steps.view.steps

        Rectangle {
            id: mark
            required property int index
            readonly property bool done: index + 1 < steps.view.step
            readonly property bool current: index + 1 === steps.view.step

            width: height
            height: steps.height
            radius: height / 2
            color: done || current ? steps.view.paint.disc : "transparent"
            border { width: 3 * steps.unit; color: current || done ? steps.view.paint.disc : steps.view.paint.faint }

            Glyph {
                anchors.centerIn: parent
                width: parent.width * 0.6
                height: width
                visible: mark.done
                name: "check"
                ink: steps.view.paint.glyph
                weight: 3
            }

            Text {
                anchors.centerIn: parent
                visible: !mark.done
                textFormat: Text.PlainText
                text: mark.index + 1
                color: mark.current ? steps.view.paint.glyph : steps.view.paint.faint
                font.pixelSize: Math.round(28 * steps.unit)
                font.weight: Font.Bold
            }
        }
    }

    Line {
        objectName: "step"
        width: Math.max(1, steps.width - x)
        height: steps.height
        verticalAlignment: Text.AlignVCenter
        text: steps.view.step_text
        color: steps.view.paint.ink
        size: 34 * steps.unit
        font.weight: Font.DemiBold
        leftPadding: 10 * steps.unit
    }
}
