"""Running as a service: what systemd is told while the engine works, and the unit files with real paths.

systemd.py                     ready, alive, what goes on, ending: datagrams to the service manager
units.py                       a unit file with this machine's paths, users and credentials in it
banqup-pingwin.service         of the machine: several people, one engine, sandboxed
banqup-pingwin-user.service    of one person
"""
