import QtQuick

// Icon and headline: what is happening, read from afar. As high as its words need.
Item {
    id: head

    required property var measure
    required property var view
    property bool animated: false
    property real most: 3

    readonly property real gap: 20 * measure.unit
    readonly property string state_id: view.state
    // A challenge's arrow moves the way the head is to go.
    readonly property bool asking: view.steps > 0 && view.icon.startsWith("turn_")
    readonly property real across: view.icon === "turn_left" ? -1 : view.icon === "turn_right" ? 1 : 0
    readonly property real along: view.icon === "turn_up" ? -1 : 0

    implicitHeight: Math.max(disc.height, words.height)
    height: implicitHeight
    onState_idChanged: if (animated && visible) pop.restart()

    function widest() {
        return Math.max(1, ...words.text.split(" ").map(word => span.advanceWidth(word)))
    }

    FontMetrics {
        id: span
        font { family: words.font.family; pixelSize: head.measure.headline; weight: Font.Bold }
    }

    Rectangle {
        id: disc
        width: (head.asking ? 124 : 92) * head.measure.unit
        height: width
        radius: width / 2
        color: head.view.paint.disc

        Glyph {
            anchors.centerIn: parent
            width: parent.width * 0.62
            height: width
            name: head.view.icon
            ink: head.view.paint.glyph
            weight: head.view.time_text !== "" || head.asking ? 2.8 : 2.2
            scale: head.view.icon === "turn_nearer" ? 1 + 0.25 * swing.value : 1
            transform: Translate {
                x: head.across * swing.value * disc.width * 0.13
                y: head.along * swing.value * disc.width * 0.13
            }
        }

        SequentialAnimation {
            id: swing
            property real value: 0
            running: head.animated && head.visible && head.asking
            loops: Animation.Infinite
            NumberAnimation { target: swing; property: "value"; from: 0; to: 1; duration: 550; easing.type: Easing.OutCubic }
            NumberAnimation { target: swing; property: "value"; from: 1; to: 0; duration: 350; easing.type: Easing.InCubic }
        }

        NumberAnimation {
            id: pop
            target: disc
            property: "scale"
            from: 0.8
            to: 1
            duration: 220
            easing.type: Easing.OutBack
        }
    }

    Text {
        id: words
        objectName: "headline"
        anchors { left: disc.right; leftMargin: head.gap; right: parent.right }
        y: Math.max(0, (disc.height - contentHeight) / 2)
        height: contentHeight
        textFormat: Text.PlainText
        wrapMode: Text.WordWrap
        maximumLineCount: head.most
        lineHeight: 0.92
        text: head.view.headline
        color: head.view.paint.ink
        // Words are never broken: with a wide font the longest decides.
        font.pixelSize: Math.floor(head.measure.headline * Math.min(1, width / head.widest()))
        font.weight: Font.Bold
    }
}
