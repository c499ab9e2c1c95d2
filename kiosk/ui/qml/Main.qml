import QtQuick
import Presensi

// The kiosk's one window. Portrait: picture above, sheet below; landscape: picture left, sheet right.
Window {
    id: window

    required property var kiosk
    required property var words
    required property var colours
    required property bool animated

    readonly property bool portrait: height > width
    // Never zero: a window has no size yet while it is being made.
    readonly property real unit: Math.max(0.2, portrait ? Math.min(width / 720, height / 1280)
                                                        : Math.min(width / 1280, height / 800))
    readonly property var view: kiosk.view
    readonly property real corner: 34 * unit

    title: "Presensi"
    color: colours.plate
    onClosing: kiosk.closed()

    Bar {
        id: bar
        unit: window.unit
        width: window.portrait ? window.width : sheet.x + window.corner
        height: 76 * window.unit
        inset: window.portrait ? 0 : window.corner
        view: window.view
        colours: window.colours
    }

    Item {
        id: stage
        y: bar.height
        width: bar.width
        height: (window.portrait ? sheet.y + window.corner : window.height) - y

        Preview {
            id: preview
            anchors.fill: parent
            kiosk: window.kiosk
            visible: window.kiosk.live && window.view.picture
            accent: window.view.paint.accent
            ring: window.view.progress >= 0 ? window.view.progress
                : window.view.state === "recording" || window.view.tone === "good" || window.view.tone === "notice" ? 1 : 0
            middle: window.portrait ? Qt.point(0.5, 0.5 - window.corner / 2 / stage.height)
                                    : Qt.point(0.5 - window.corner / 2 / stage.width, 0.5)
        }

        Missing {
            anchors.fill: parent
            visible: !preview.visible
            unit: window.unit
            view: window.view
            words: window.words
            colours: window.colours
        }

        Badges {
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
        x: window.portrait ? 0 : Math.round(window.width * 0.53)
        y: window.portrait ? Math.round(window.height * 0.53) : 0
        width: window.width - x
        height: window.height - y
        visible: window.view.state !== ""
        unit: window.unit
        corner: window.corner
        portrait: window.portrait
        kiosk: window.kiosk
        view: window.view
        words: window.words
        colours: window.colours
        animated: window.animated
    }
}
