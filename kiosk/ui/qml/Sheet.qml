import QtQuick
import Presensi

// The lit surface with the words. At rest: clock, date, greeting; otherwise what the view's panel says.
Item {
    id: sheet

    required property var measure
    required property real corner
    required property bool beside
    required property var kiosk
    required property var view
    required property var words
    required property var colours
    required property bool animated

    readonly property bool resting: view.panel === "rest"
    readonly property bool enrolling: kiosk.enrolment.shown && (resting || view.panel === "outcome") && !view.operator.shown
    readonly property real margin: 34 * measure.unit
    readonly property real lift: (enrolling ? enrol.height : 0)

    clip: true

    Rectangle {
        id: ground
        width: parent.width + (sheet.beside ? sheet.corner : 0)
        height: parent.height + (sheet.beside ? 0 : sheet.corner)
        radius: sheet.corner
        color: sheet.view.paint.ground

        Behavior on color {
            enabled: sheet.animated
            ColorAnimation { duration: 160 }
        }
    }

    Kawung {
        anchors.fill: ground
        visible: sheet.resting && !sheet.view.dim
        ink: sheet.colours.batik
        corner: sheet.corner
    }

    Item {
        id: inside
        anchors { fill: parent; margins: sheet.margin; topMargin: sheet.margin * 0.8; bottomMargin: sheet.lift + sheet.margin * 0.6 }
    }

    Rest {
        anchors.fill: inside
        visible: sheet.resting
        measure: sheet.measure
        kiosk: sheet.kiosk
        view: sheet.view
    }

    Outcome {
        anchors.fill: inside
        visible: sheet.view.panel === "outcome"
        measure: sheet.measure
        kiosk: sheet.kiosk
        view: sheet.view
        animated: sheet.animated
    }

    Choose {
        anchors.fill: inside
        visible: sheet.view.panel === "choose"
        measure: sheet.measure
        kiosk: sheet.kiosk
        view: sheet.view
    }

    Names {
        anchors { fill: inside; leftMargin: -sheet.margin * 0.6; rightMargin: -sheet.margin * 0.6 }
        visible: sheet.view.panel === "names"
        measure: sheet.measure
        kiosk: sheet.kiosk
        view: sheet.view
        colours: sheet.colours
    }

    Pin {
        anchors.fill: inside
        visible: sheet.view.panel === "pin"
        measure: sheet.measure
        kiosk: sheet.kiosk
        view: sheet.view
        colours: sheet.colours
    }

    Month {
        anchors.fill: inside
        visible: sheet.view.panel === "month"
        measure: sheet.measure
        kiosk: sheet.kiosk
        view: sheet.view
        colours: sheet.colours
    }

    OpMenu {
        anchors.fill: inside
        visible: sheet.view.panel === "op_menu"
        measure: sheet.measure
        kiosk: sheet.kiosk
        view: sheet.view
    }

    OpPage {
        anchors.fill: inside
        visible: sheet.view.panel === "op_page"
        measure: sheet.measure
        kiosk: sheet.kiosk
        view: sheet.view
        colours: sheet.colours
    }

    OpCamera {
        anchors.fill: inside
        visible: sheet.view.panel === "op_camera"
        measure: sheet.measure
        kiosk: sheet.kiosk
        view: sheet.view
        animated: sheet.animated
    }

    Enrol {
        id: enrol
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        visible: sheet.enrolling
        unit: sheet.measure.unit
        kiosk: sheet.kiosk
        words: sheet.words
        colours: sheet.colours
    }
}
