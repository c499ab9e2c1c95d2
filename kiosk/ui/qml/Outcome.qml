import QtQuick

// What is happening or what happened: icon and headline, then the person and the time, or what to do.
Item {
    id: outcome

    required property real unit
    required property var view
    required property bool animated

    // Everything inside is measured in this: it follows the room that is left beside whatever else is shown.
    readonly property real step: unit * Math.max(0.6, Math.min(1.25, height / (556 * unit), width / (480 * unit)))
    readonly property color ink: view.paint.ink
    readonly property color faint: view.paint.faint
    readonly property bool timed: view.time_text !== ""
    readonly property bool punched: timed || named
    readonly property bool named: view.name !== ""
    readonly property string state_id: view.state

    // The fonts are the system's: with a wide one the time takes a smaller size, so that zone and session keep their room.
    readonly property real aside: Math.max(zoneSpan.advanceWidth, sessionSpan.advanceWidth) + 4 * step
    readonly property real fit: Math.min(1, (width - aside - 16 * step) / Math.max(1, digitsSpan.advanceWidth))

    TextMetrics {
        id: digitsSpan
        text: outcome.view.time_text
        font { family: digits.font.family; pixelSize: Math.round(132 * outcome.step); weight: Font.Bold }
    }

    TextMetrics {
        id: zoneSpan
        text: outcome.view.zone
        font { family: digits.font.family; pixelSize: Math.round(30 * outcome.step); weight: Font.DemiBold }
    }

    TextMetrics {
        id: sessionSpan
        text: outcome.view.session
        font { family: digits.font.family; pixelSize: Math.round(42 * outcome.step); weight: Font.Bold }
    }

    // A challenge's arrow moves the way the head is to go.
    readonly property bool asking: state_id.startsWith("challenge_")
    readonly property real across: state_id === "challenge_left" ? -1 : state_id === "challenge_right" ? 1 : 0
    readonly property real along: state_id === "challenge_up" ? -1 : 0

    onState_idChanged: if (animated && visible) pop.restart()

    Item {
        id: head
        width: parent.width
        height: (outcome.punched ? 124 : 170) * outcome.step

        Rectangle {
            id: disc
            width: (outcome.punched ? 120 : 160) * outcome.step
            height: width
            radius: width / 2
            color: outcome.view.paint.disc

            Glyph {
                anchors.centerIn: parent
                width: parent.width * 0.6
                height: width
                name: outcome.view.icon
                ink: outcome.view.paint.glyph
                weight: outcome.timed || outcome.asking ? 2.8 : 2.2
                scale: outcome.state_id === "challenge_nearer" ? 1 + 0.25 * swing.value : 1
                transform: Translate {
                    x: outcome.across * swing.value * disc.width * 0.13
                    y: outcome.along * swing.value * disc.width * 0.13
                }
            }

            SequentialAnimation {
                id: swing
                property real value: 0
                running: outcome.animated && outcome.visible && outcome.asking
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

        Line {
            anchors { left: disc.right; leftMargin: 26 * outcome.step; right: parent.right }
            height: disc.height
            verticalAlignment: Text.AlignVCenter
            text: outcome.view.headline
            color: outcome.ink
            size: (outcome.punched ? 60 : 70) * outcome.step
            lines: 2
            font.weight: Font.Bold
        }
    }

    // A punch: who and when, as large as the sheet allows.
    Item {
        visible: outcome.punched
        anchors { top: head.bottom; topMargin: 18 * outcome.step; bottom: second.top; left: parent.left; right: parent.right }

        Line {
            id: person
            width: parent.width
            height: 150 * outcome.step
            visible: outcome.named
            verticalAlignment: Text.AlignVCenter
            text: outcome.view.name
            color: outcome.ink
            size: 62 * outcome.step
            lines: 2
            font.weight: Font.DemiBold
        }

        Row {
            id: moment
            anchors { top: outcome.named ? person.bottom : parent.top }
            visible: outcome.timed
            spacing: 16 * outcome.step

            Text {
                id: digits
                textFormat: Text.PlainText
                text: outcome.view.time_text
                color: outcome.ink
                font.pixelSize: Math.floor(132 * outcome.step * outcome.fit)
                font.weight: Font.Bold
                font.letterSpacing: -2 * outcome.step
                lineHeight: 0.95
            }

            Column {
                anchors.verticalCenter: digits.verticalCenter
                width: outcome.width - digits.width - moment.spacing

                Line {
                    width: parent.width
                    height: 38 * outcome.step
                    text: outcome.view.zone
                    color: outcome.faint
                    size: 30 * outcome.step
                    font.weight: Font.DemiBold
                }

                Line {
                    width: parent.width
                    height: 52 * outcome.step
                    visible: text !== ""
                    text: outcome.view.session
                    color: outcome.ink
                    size: 42 * outcome.step
                    font.weight: Font.Bold
                }
            }
        }

        Row {
            anchors { top: outcome.timed ? moment.bottom : person.bottom; left: parent.left; right: parent.right }
            spacing: 12 * outcome.step

            Glyph {
                anchors.verticalCenter: parent.verticalCenter
                width: 40 * outcome.step
                height: width
                name: outcome.timed ? "check" : "save"
                ink: outcome.ink
                weight: 3
            }

            Line {
                width: parent.width - 52 * outcome.step
                height: 52 * outcome.step
                verticalAlignment: Text.AlignVCenter
                text: outcome.view.detail
                color: outcome.ink
                size: 38 * outcome.step
                font.weight: Font.DemiBold
            }
        }
    }

    // No punch: what to do.
    Line {
        visible: !outcome.punched
        anchors { top: head.bottom; topMargin: 30 * outcome.step; bottom: track.top; bottomMargin: 12 * outcome.step
                  left: parent.left; right: parent.right }
        text: outcome.view.detail
        color: outcome.ink
        size: 50 * outcome.step
        lines: 4
    }

    // How far the comparison has come.
    Rectangle {
        id: track
        anchors { bottom: second.top; left: parent.left; right: parent.right }
        height: outcome.view.progress >= 0 ? 18 * outcome.step : 0
        radius: height / 2
        color: outcome.view.paint.glyph

        Rectangle {
            width: Math.max(parent.height, parent.width * Math.max(outcome.view.progress, 0))
            height: parent.height
            radius: parent.radius
            color: outcome.view.paint.disc
        }
    }

    Line {
        id: second
        anchors { bottom: parent.bottom; left: parent.left; right: parent.right }
        height: (outcome.punched ? 64 : 86) * outcome.step
        verticalAlignment: Text.AlignBottom
        text: outcome.view.second_line
        color: outcome.faint
        size: (outcome.punched ? 26 : 31) * outcome.step
        lines: 2
    }
}
