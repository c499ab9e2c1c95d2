import QtQuick
import Presensi

// The lit surface with the words. At rest: clock, date, greeting; otherwise: what is happening, or what happened.
Item {
    id: sheet

    required property real unit
    required property real corner
    required property bool portrait
    required property var kiosk
    required property var view
    required property var words
    required property var colours
    required property bool animated

    readonly property bool resting: view.state === "idle"
    readonly property bool enrolling: kiosk.enrolment.shown
    readonly property real margin: 36 * unit
    readonly property real lift: (enrolling ? enrol.height : 0)

    clip: true

    Rectangle {
        id: ground
        width: parent.width + (sheet.portrait ? 0 : sheet.corner)
        height: parent.height + (sheet.portrait ? sheet.corner : 0)
        radius: sheet.corner
        color: sheet.view.paint.ground

        Behavior on color {
            enabled: sheet.animated
            ColorAnimation { duration: 160 }
        }
    }

    Kawung {
        anchors.fill: ground
        visible: sheet.resting
        ink: sheet.colours.batik
        corner: sheet.corner
    }

    Rest {
        anchors { fill: parent; margins: sheet.margin; bottomMargin: sheet.lift + sheet.margin * 0.6 }
        visible: sheet.resting
        unit: sheet.unit
        view: sheet.view
    }

    Outcome {
        anchors { fill: parent; margins: sheet.margin; bottomMargin: sheet.lift + sheet.margin * 0.6 }
        visible: !sheet.resting
        unit: sheet.unit
        view: sheet.view
        animated: sheet.animated
    }

    Enrol {
        id: enrol
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        visible: sheet.enrolling
        unit: sheet.unit
        kiosk: sheet.kiosk
        words: sheet.words
        colours: sheet.colours
    }
}
