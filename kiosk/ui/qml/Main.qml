import QtQuick
import Presensi

// The kiosk's one window. Portrait: picture above, sheet below; landscape: picture left, sheet right. Where people use
// their hands for longer (names, PIN, month) the sheet covers the picture.
Window {
    id: window

    required property var kiosk
    required property var words
    required property var colours
    required property bool animated
    required property real panel_inches

    readonly property bool portrait: measure.portrait
    readonly property real unit: measure.unit
    readonly property var view: kiosk.view
    readonly property real corner: 34 * unit
    readonly property bool covered: ["names", "pin", "month", "op_menu", "op_page"].includes(view.panel)
    // The picture is as large as the words below it allow.
    readonly property real share: view.panel === "choose" ? 0.36
        : view.panel === "op_camera" ? (view.operator.poses.length > 0 ? 0.4 : 0.32)
        : view.panel === "rest" ? 0.43 : view.away !== "" || (view.notice !== "" && view.time_text !== "") ? 0.3 : view.time_text !== "" ? 0.37 : view.buttons.length > 0 ? 0.42 : view.guided ? 0.55 : 0.5

    title: "Presensi"
    color: colours.plate
    onClosing: kiosk.closed()

    Measure {
        id: measure
        width: window.width
        height: window.height
        inches: window.panel_inches
    }

    Bar {
        id: bar
        unit: window.unit
        width: window.portrait || window.covered ? window.width : sheet.x + window.corner
        // Beside the sheet it is narrow, and an office's name long.
        height: (window.portrait || window.covered ? 76 : 96) * window.unit
        inset: window.portrait || window.covered ? 0 : window.corner
        view: window.view
        colours: window.colours
        kiosk: window.kiosk
    }

    Item {
        id: stage
        y: bar.height
        width: bar.width
        height: (window.portrait ? sheet.y + window.corner : window.height) - y
        visible: !window.covered

        Preview {
            id: preview
            anchors.fill: parent
            kiosk: window.kiosk
            visible: window.kiosk.live && window.view.picture
            opacity: window.view.dim ? 0.35 : 1
            accent: window.view.paint.accent
            guided: window.view.guided
            waiting: window.view.waiting
            ring: window.view.progress >= 0 ? window.view.progress
                : window.view.state === "recording" || window.view.tone === "good" || window.view.tone === "notice" ? 1 : 0
            middle: window.portrait ? Qt.point(0.5, 0.5 - window.corner / 2 / stage.height)
                                    : Qt.point(0.5 - window.corner / 2 / stage.width, 0.5)
        }

        Missing {
            anchors.fill: parent
            taken: badges.height > 0 ? parent.height - badges.y : 0
            visible: !preview.visible
            unit: window.unit
            view: window.view
            words: window.words
            colours: window.colours
        }

        Badges {
            id: badges
            x: 20 * window.unit
            anchors { bottom: parent.bottom; bottomMargin: 18 * window.unit + (window.portrait ? window.corner : 0) }
            width: parent.width - 2 * x - (window.portrait ? 0 : window.corner)
            unit: window.unit
            view: window.view
            colours: window.colours
        }
    }

    Sheet {
        id: sheet
        x: window.portrait || window.covered ? 0 : Math.round(window.width * 0.44)
        y: window.covered ? bar.height
            : window.portrait ? Math.max(bar.height, Math.round(window.height * window.share) - lift) : 0
        width: window.width - x
        height: window.height - y
        visible: window.view.state !== ""
        measure: measure
        corner: window.corner
        beside: !window.portrait && !window.covered
        kiosk: window.kiosk
        view: window.view
        words: window.words
        colours: window.colours
        animated: window.animated
    }
}
