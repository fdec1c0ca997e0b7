#!/usr/bin/python3
"""
A WebKitGTK browser for WebKitWebDriver whose session is not private. MiniBrowser's is, and a private session refuses the
origin private file system.

Usage: webkit-with-storage.py FEATURE ...
"""
import sys
import tempfile

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2


def features_enabled(names):
    settings = WebKit2.Settings()
    known = WebKit2.Settings.get_all_features()
    for feature in (known.get(n) for n in range(known.get_length())):
        if feature.get_identifier() in names:
            settings.set_feature_enabled(feature, True)
    return settings


def run(folder, settings):
    manager = WebKit2.WebsiteDataManager(base_data_directory=folder, base_cache_directory=folder)
    context = WebKit2.WebContext(website_data_manager=manager)
    context.set_automation_allowed(True)

    def create_view(_session):
        view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True, settings=settings)
        window = Gtk.Window(default_width=1280, default_height=1024)
        window.add(view)
        view.connect("close", lambda _view: window.destroy())
        window.show_all()
        return view

    def start(_context, session):
        info = WebKit2.ApplicationInfo()
        info.set_name("WebKitGTK with storage")
        info.set_version(
            WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version()
        )
        session.set_application_info(info)
        session.connect("create-web-view", create_view)
        session.connect("will-close", lambda _session: Gtk.main_quit())

    context.connect("automation-started", start)
    Gtk.main()


Gtk.init(None)
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
    run(folder, features_enabled(sys.argv[1:]))
