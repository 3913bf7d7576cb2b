"""A Banqup and a Pingwin on this machine: for the demo, the tests and support. Real HTTP servers on loopback.

Both are an independent reading of what is public (banqup-api reference, section 9) and of an assumed Pingwin contract;
neither is the vendor's software, and whatever is assumed there is assumed here.

records.py                           the frozen types of what the stand-ins keep
world.py                             the state behind both
inbox.py                             what Pingwin received
store.py                             on disk
faults.py                            what can be made to go wrong, seeded and bounded
banqup.py                            the Banqup stand-in
links.py                             its tokens, signed links and cursors
pingwin.py                           the Pingwin stand-in
wires.py                             the request shapes it reads
speaking.py                          any wire contract
answers.py                           answers gone wrong
inspection.py                        what it checks in a received file
control.py                           `/_sandbox/...`: steer and inspect
control_client.py                    the other end of it
server.py                            both on one loopback port; `running_sandbox` for tests, `serve` for the command
generator.py                         made-up Belgian invoices
invoices.py, companies.py, paper.py  what those consist of
folder.py                            the documents of a folder
fill.py                              a world with documents in it; `python -m core.sandbox` serves one
stage.py                             a demo's home, the sandbox beside it, the steps of setting up
demo.py                              the product's whole way, run on that stage
"""
