import QtQuick

// One line with an icon before it.
Item {
    id: fact

    required property real step
    property string icon
    property string text
    property color ink

    height: 56 * step

    Glyph {
        id: glyph
        anchors.verticalCenter: parent.verticalCenter
        width: 40 * fact.step
        height: width
        name: fact.icon
        ink: fact.ink
        weight: 2.6
    }

    Line {
        anchors { left: glyph.right; leftMargin: 12 * fact.step; right: parent.right }
        height: parent.height
        verticalAlignment: Text.AlignVCenter
        text: fact.text
        color: fact.ink
        size: 36 * fact.step
        lines: 2
        font.weight: Font.DemiBold
    }
}
