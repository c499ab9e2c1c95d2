import QtQuick

// What is happening or what happened: icon and headline, then the person and the time, or what to do.
Item {
    id: outcome

    required property var measure
    required property var kiosk
    required property var view
    required property bool animated

    readonly property real unit: measure.unit
    readonly property color ink: view.paint.ink
    readonly property color faint: view.paint.faint
    readonly property bool timed: view.time_text !== ""
    readonly property bool named: view.name !== ""
    readonly property bool late: view.lateness !== ""
    readonly property bool away: view.away !== ""
    readonly property bool told: view.notice !== ""
    readonly property real gap: 12 * unit

    // Person and time follow the room that is left.
    readonly property real wanted: (named ? 122 : 0) + (timed ? 118 : 0) + (late ? 56 : 0) + (away ? 56 : 0) + (told ? 110 : 0) + 72
    readonly property real step: unit * Math.min(1.35, body.height / Math.max(1, wanted * unit))
    // The fonts are the system's: with a wide one the time takes a smaller size, so that zone and session keep their room.
    readonly property real aside: Math.max(zoneSpan.advanceWidth, Math.min(sessionSpan.advanceWidth, width * 0.42)) + 4 * step
    readonly property real fit: Math.min(1, (width - aside - 16 * step) / Math.max(1, digitsSpan.advanceWidth))

    TextMetrics {
        id: digitsSpan
        text: outcome.view.time_text
        font { family: digits.font.family; pixelSize: Math.round(100 * outcome.step); weight: Font.Bold }
    }

    TextMetrics {
        id: zoneSpan
        text: outcome.view.zone
        font { family: digits.font.family; pixelSize: Math.round(28 * outcome.step); weight: Font.DemiBold }
    }

    TextMetrics {
        id: sessionSpan
        text: outcome.view.session
        font { family: digits.font.family; pixelSize: Math.round(50 * outcome.step); weight: Font.Bold }
    }

    Head {
        id: head
        width: parent.width
        measure: outcome.measure
        view: outcome.view
        animated: outcome.animated
    }

    Item {
        id: body
        anchors { top: head.bottom; topMargin: outcome.gap; bottom: steps.top; bottomMargin: outcome.gap
                  left: parent.left; right: parent.right }

        // A punch: who and when, as large as the sheet allows.
        Column {
            visible: outcome.timed || outcome.named
            width: parent.width
            spacing: 4 * outcome.step

            Line {
                width: parent.width
                height: 116 * outcome.step
                visible: outcome.named
                verticalAlignment: Text.AlignVCenter
                text: outcome.view.name
                color: outcome.ink
                size: 50 * outcome.step
                lines: 2
                font.weight: Font.DemiBold
            }

            Row {
                visible: outcome.timed
                height: 118 * outcome.step
                spacing: 16 * outcome.step

                Text {
                    id: digits
                    anchors.verticalCenter: parent.verticalCenter
                    textFormat: Text.PlainText
                    text: outcome.view.time_text
                    color: outcome.ink
                    font.pixelSize: Math.floor(100 * outcome.step * outcome.fit)
                    font.weight: Font.Bold
                    font.letterSpacing: -2 * outcome.step
                }

                Column {
                    anchors.verticalCenter: parent.verticalCenter
                    width: outcome.width - digits.width - 16 * outcome.step

                    Line {
                        width: parent.width
                        height: 36 * outcome.step
                        text: outcome.view.zone
                        color: outcome.faint
                        size: 28 * outcome.step
                        font.weight: Font.DemiBold
                    }

                    Line {
                        width: parent.width
                        height: 70 * outcome.step
                        visible: text !== ""
                        verticalAlignment: Text.AlignVCenter
                        text: outcome.view.session
                        color: outcome.ink
                        size: 50 * outcome.step
                        lines: 2
                        font.weight: Font.Bold
                    }
                }
            }

            Fact {
                width: parent.width
                step: outcome.step
                visible: outcome.late
                icon: "clock"
                text: outcome.view.lateness
                ink: outcome.ink
            }

            Fact {
                width: parent.width
                step: outcome.step
                visible: outcome.away
                icon: "place"
                text: outcome.view.away
                ink: outcome.ink
            }

            Fact {
                width: parent.width
                step: outcome.step
                icon: outcome.timed ? "save" : outcome.view.icon
                text: outcome.view.detail
                ink: outcome.ink
            }

            Notice {
                width: parent.width
                step: outcome.step
                visible: outcome.told
                view: outcome.view
            }
        }

        // No punch: what to do.
        Line {
            visible: !outcome.timed && !outcome.named
            anchors { fill: parent; bottomMargin: outside.visible ? outside.height : 0 }
            text: outcome.view.detail
            color: outcome.ink
            // Beside the picture there is more height than words.
            size: (outcome.measure.portrait ? 50 : 58) * outcome.unit
            lines: 5
        }

        Fact {
            id: outside
            anchors { bottom: parent.bottom; left: parent.left; right: parent.right }
            visible: outcome.view.aside !== ""
            step: outcome.unit
            icon: "card"
            text: outcome.view.aside
            ink: outcome.ink
        }
    }

    Steps {
        id: steps
        anchors { bottom: track.top; bottomMargin: visible ? outcome.gap : 0; left: parent.left; right: parent.right }
        unit: outcome.unit
        view: outcome.view
    }

    // How far the comparison has come, or, thinner, how much time is left for a movement.
    Rectangle {
        id: track
        anchors { bottom: buttons.top; bottomMargin: buttons.count > 0 || height > 0 ? outcome.gap : 0
                  left: parent.left; right: parent.right }
        height: outcome.view.progress >= 0 ? (outcome.view.steps > 0 ? 10 : 18) * outcome.unit : 0
        radius: height / 2
        color: outcome.view.paint.glyph

        Rectangle {
            width: Math.max(parent.height, parent.width * Math.max(outcome.view.progress, 0))
            height: parent.height
            radius: parent.radius
            color: outcome.view.paint.disc
        }
    }

    Buttons {
        id: buttons
        anchors { bottom: footer.top; bottomMargin: count > 0 ? outcome.gap : 0; left: parent.left; right: parent.right }
        measure: outcome.measure
        kiosk: outcome.kiosk
        view: outcome.view
    }

    Footer {
        id: footer
        anchors { bottom: parent.bottom; left: parent.left; right: parent.right }
        measure: outcome.measure
        kiosk: outcome.kiosk
        view: outcome.view
    }
}
