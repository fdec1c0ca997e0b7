"""Tables of templates.py: one row a line, cells split by `|`, ways to say the same split by ` / `, `[...]` marks what answers."""

FILLER = (
    "The weather stayed mild for most of the week.", "Visitors can leave their bags at the entrance.", "A small café serves coffee and cake.",
    "The text was checked by two editors.", "Parking is possible behind the building.", "Many people enjoy a walk in the evening.",
    "The photographs were kindly provided by a reader.", "Further details will follow in due course.", "We thank everyone for their patience.",
    "The garden is at its best in late spring.", "Children played on the lawn while their parents talked.", "The old stove was replaced last winter.",
    "Please keep this letter for your records.", "My neighbour has started to learn the violin.", "The library has a quiet reading corner.",
    "Most of the chairs had been stacked against the wall.", "Fresh bread is best eaten on the same day.", "The ferry was full of cyclists.",
    "She wrapped the present in brown paper.", "The road to the valley is narrow and winding.", "He forgot his umbrella on the tram.",
    "A cat was asleep on the windowsill.", "The committee meets in the usual place.", "The paint needs to dry overnight.",
    "Our team is happy to help.", "The choir sang two songs from memory.", "Lights in the corridor switch off by themselves.",
    "The market was busier than usual.", "He polished his shoes before the interview.", "The tomatoes are ripening on the balcony.",
)

NUMBER_ROWS = """
^####|status of order {c} / order {c} / where is order {c}? / has order {c} been shipped?|shipped ; cancelled ; waiting for payment ; delivered ; returned ; on hold ; being packed|Order {c} || {x} || {d}|Order {c} is {x} as of {d}.|Your order {c}, placed with {n} items, is currently {x}.
INV-^### 20##-^##|who was invoice {c} sent to? / invoice {c} / customer on invoice {c}|Harlow Dairy ; Benton Tools ; Mayfield School ; Kestrel Travel ; Orchard Press ; Silver Birch Hotel ; Dunmore Clinic|Invoice {c} was sent to {x} on {d}.|{c} || {x} || {n} days || {d}|Invoice no. {c}. Bill to: {x}. Payment within {n} days.
Y|what happened in Torvale in {c}? / Torvale {c} / event in Torvale in {c}|the town hall burned down ; a new harbour was dug ; the first tram ran through the town ; the theatre opened its doors ; a flood destroyed the mill ; the university was founded ; the old walls were pulled down|In {c}, {x} in Torvale.|Torvale changed a good deal in {c}, when {x}.|{c} was the year in which {x} in Torvale.
Y|who won the Larkfield Cup in {c}? / Larkfield Cup winner {c} / winner of the {c} Larkfield Cup|Oakdene Rovers ; Marlow Town ; Stanmore United ; Penrith Athletic ; Calder Vale ; Ashby Wanderers ; Northgate|The {c} Larkfield Cup went to {x}.|{c} || Larkfield Cup || {x}|{x} won the Larkfield Cup in {c} before a crowd of {n},000.
Y|revenue in {c} / what was the company's revenue in {c}? / how did the firm do in {c}?|12.4 million euros ; 9.8 million euros ; 15.1 million euros ; 7.6 million euros ; 21.3 million euros ; 18.9 million euros|Revenue in {c} came to {x}.|In {c} the company took in {x}, with {n} people employed.|Annual accounts {c}: revenue {x}.
Y|mayor elected in {c} / who was elected mayor in {c}?|Ruth Hanley ; Oscar Lindqvist ; Maria Teller ; George Abbot ; Ines Carver ; Paul Whitcombe|{x} was elected mayor in {c}.|The mayoral election of {c} was won by {x} with {n} per cent of the vote.
V|what changed in version {c}? / version {c} release notes / what is new in {c}?|adds a dark theme ; fixes a crash when saving ; drops support for old browsers ; speeds up the search ; adds export to CSV ; repairs the print preview ; brings spell checking|Version {c} {x}.|{c} ({d}): {x}|Release {c} {x}. It was published on {d}.
^.^ ^.^.^ ^#.^|what does section {c} say? / section {c} / what is section {c} about?|the deposit ; the right to inspect the premises ; noise after ten in the evening ; keeping of pets ; repairs of the roof ; sharing of heating costs ; subletting|Section {c} deals with {x}.|{c} Rules on {x}. Both parties have read them.|Under section {c}, the parties have agreed on {x}.
^## ^.^## @^##|what is in room {c}? / room {c} / which class is in room {c}?|the chemistry class ; the pottery course ; the exam in statistics ; the choir rehearsal ; the staff meeting ; the first aid training ; the chess club|Room {c}: {x}|{x} takes place in room {c}.|On {d} room {c} is used for {x}; it seats {n}.
E^### E-^## @@^## 0x#^##|what does error {c} mean? / error {c} / meaning of error code {c}|the water filter is blocked ; the door is not shut ; the paper tray is empty ; the battery is too warm ; the network cable is loose ; the pump does not turn ; the memory is full|Error {c} means that {x}.|{c} || {x} || call service after {n} tries|If the display shows {c}, {x}. Switch the device off and on again.
^ ^# ^##|where does bus {c} go? / bus {c} / route of bus {c}|Harlow Station ; the university hospital ; Eastfield market ; the airport ; the zoo ; Linden Park ; the old harbour|Bus {c} goes to {x}.|Bus {c} runs to {x} every {n} minutes.|Line {c} || {x} || every {n} min
D|what is on {c}? / events on {c} / {c}|the flea market ; the choir's spring concert ; the annual general meeting ; a lecture about bees ; the school's open day ; a guided walk in the forest ; the wine tasting|{c}: {x}|The programme has {x} on {c}.|{x} takes place on {c} in the village hall. Admission is free.
D|who is on duty on {c}? / duty roster {c} / who works on {c}?|Nora Flint ; Sam Okafor ; Lena Brandt ; Tom Reyes ; Aisha Karim ; Victor Hale ; Mei Lin|On {c}, {x} is on duty.|{c} || {x} || night shift|{x} has taken the shift of {c}.
D|born on {c} / who was born on {c}?|the painter Elsa Morrow ; the physicist Karl Stenner ; the cyclist Paolo Verri ; the poet Ida Kallas ; the pilot Joan Baxter ; the composer Leo Anders|{x} was born on {c}.|On {c}, {x} came into the world as one of three siblings.
T|which talk starts at {c}? / talk at {c} / what is on at {c}?|Bees in the City ; Writing for the Stage ; Old Maps ; The Future of Tides ; Cooking with Moss ; Small Engines ; Birds of the Coast|{c} {x}|The talk "{x}" starts at {c}.|At {c} we begin with "{x}" in the main hall.
T|where does the {c} train go? / {c} train destination / destination of the train at {c}|Harlow ; Benton ; Eastfield ; Marlow Bridge ; Penrith ; Calder ; Ashby|{c} || {x} || platform {n}|The {c} train goes to {x}.|The train leaving at {c} is bound for {x} and stops everywhere.
@@-^### @^-^## ^##-^##|what does part {c} fit? / part number {c} / which machine needs part {c}?|the small water pump ; the bread slicer ; the hedge trimmer ; the office printer ; the milk frother ; the garage door motor ; the floor polisher|Part {c} fits {x}.|{c} || spare part for {x} || {n} in stock|The part with number {c} is made for {x}; it is delivered within {n} days.
^#@ ^##@|who lives in flat {c}? / flat {c} tenant / tenant of flat {c}|Mrs Alder ; the Novak family ; Mr Singh ; two students ; the caretaker ; Dr Moreau ; a retired pilot|Flat {c}: {x}|Flat {c} is let to {x}.|Since {d}, {x} has lived in flat {c}.
^###|whose extension is {c}? / extension {c} / phone extension {c}|the payroll office ; Clara Jensen ; the front desk ; the workshop ; Ben Adeyemi ; the legal team ; the canteen|{x}: ext. {c}|Extension {c} belongs to {x}.|To reach {x}, dial extension {c}.
@@^### @@^##|where does flight {c} go? / flight {c} / gate of flight {c}|gate B{n}, to Lisbon ; gate A{n}, to Oslo ; gate C{n}, to Athens ; gate D{n}, to Tunis ; gate F{n}, to Dublin|{c} || {x}|Flight {c} leaves from {x}.|Passengers of flight {c} please go to {x}.
^# ^##|what does article {c} regulate? / article {c} / what is in article {c}?|the election of the president ; the freedom of the press ; the duties of the auditor ; the use of the seal ; the dissolution of parliament ; the rights of children|Article {c} regulates {x}.|Art. {c}: on {x}|Article {c} of the charter concerns {x} and was last changed on {d}.
^ ^#|what happens in chapter {c}? / chapter {c} summary / summary of chapter {c}|the brothers find the boat ; Anna leaves the village ; the letter is burned ; the ship reaches the island ; the judge is unmasked ; the storm breaks the dam|In chapter {c}, {x}.|Chapter {c}: {x}.|Chapter {c} has {n} pages, in which {x}.
#-# ^-^|which match ended {c}? / match that ended {c} / score {c}|Calder Vale against Marlow Town ; Ashby against Northgate ; Stanmore against Harlow ; Oakdene against Penrith ; Benton against Eastfield|{x} ended {c}.|{x}: final score {c}|In front of {n},000 spectators, {x} ended {c}.
^#.^ ^##.^#|which item costs ${c}? / item priced ${c} / what can I get for exactly ${c}?|the blue teapot ; a pair of garden gloves ; the desk lamp ; the wool blanket ; a set of screwdrivers ; the picnic basket|{x} || ${c}|The price of {x} is ${c}.|{x} is sold for ${c}, with {n} days to return it.
^##### ^###-^###|which customer has account {c}? / account {c} / holder of account number {c}|Meadow Farm Ltd ; the Lindgren estate ; Harbour Sports Club ; Pine Hill Nursery ; Tessa Moon ; R. Castellano|Account {c} || {x}|Account number {c} is held by {x}.|{x} opened account {c} on {d}.
^## ^### |what is number {c} in the catalogue? / catalogue number {c} / item {c} in the catalogue|a bronze bowl ; a map of the coast ; a pair of ivory dice ; a wooden mask ; a silk banner ; a glass bead|No. {c}: {x}|Catalogue number {c} is {x}, found on {d}.
^#|what happened in minute {c}? / minute {c}|Rossi scored with a header ; the goalkeeper was sent off ; play stopped because of rain ; Lund missed a penalty ; Ortega came on for Diaz|In minute {c}, {x}.|Minute {c}: {x}.
"""

LIMIT_ROWS = """
towns with more than {l} inhabitants / which town has over {l} people?|5000|90000|1000|{e} has {n} inhabitants.|Harlow ; Torvale ; Benton ; Marlow ; Penrith ; Eastfield ; Ashby ; Calder
towns with fewer than {l} inhabitants / town of under {l} people|5000|90000|1000|{e} is a market town of {n} inhabitants.|Harlow ; Torvale ; Benton ; Marlow ; Penrith ; Eastfield ; Ashby ; Calder
novels published before {l} / which novel came out before {l}?|1830|1990|10|{e} was published in {n}.|The Glass Orchard ; North of Winter ; A Borrowed Coat ; The Salt Road ; Nine Lanterns ; The Quiet Mill ; Ashes and Rye
novels published after {l} / which book came out after {l}?|1830|2015|10|The novel {e} first appeared in {n}.|The Glass Orchard ; North of Winter ; A Borrowed Coat ; The Salt Road ; Nine Lanterns ; The Quiet Mill ; Ashes and Rye
buildings of more than {l} metres / towers of over {l} metres|40|600|10|The {e} Tower is {n} metres tall.|Kestrel ; Meridian ; Lotus ; Orion ; Granite ; Beacon ; Juniper
laptops under {l} euros / laptop for less than {l} euros|250|2400|50|The {e} laptop costs {n} euros.|Arco 14 ; Bexley S ; Nimbus Air ; Tarn Pro ; Velo 15 ; Quill ; Osprey
companies with more than {l} employees / firms employing over {l} people|40|9000|10|{e} employs {n} people.|Benton Tools ; Harlow Dairy ; Kestrel Travel ; Orchard Press ; Dunmore Glass ; Silver Birch ; Larkfield Motors
companies founded before {l} / firm that existed before {l}|1790|2000|10|{e} was founded in {n}.|Benton Tools ; Harlow Dairy ; Kestrel Travel ; Orchard Press ; Dunmore Glass ; Silver Birch ; Larkfield Motors
rivers longer than {l} km / river over {l} km long|60|2500|50|The {e} is a river {n} km long.|Tarn Water ; Solva ; Brenna ; Ister Minor ; Calder ; Wend ; Lune Water
invoices over {l} dollars / invoice of more than {l} dollars|100|9000|100|The invoice from {e} comes to {n} dollars.|Mayfield School ; Pine Hill ; Tessa Moon ; Harbour Sports ; Meadow Farm ; R. Castellano ; Dunmore Clinic
flats smaller than {l} square metres / flat under {l} square metres|25|190|5|The flat in {e} measures {n} square metres.|Mill Lane ; Station Road ; Church Street ; Harbour View ; Linden Avenue ; Castle Hill ; Rose Court
flats of at least {l} square metres / flat over {l} square metres|25|190|5|For rent in {e}: {n} square metres with a balcony.|Mill Lane ; Station Road ; Church Street ; Harbour View ; Linden Avenue ; Castle Hill ; Rose Court
patients over {l} years old / patient more than {l} years of age|15|95|5|{e}, {n} years old, was seen for a check-up.|Mr Alder ; Ms Novak ; Mrs Singh ; Mr Moreau ; Mrs Hale ; Ms Karim ; Mr Brandt
players under {l} / player of fewer than {l} years|15|45|1|{e} is {n} years old and plays in defence.|Rossi ; Lund ; Ortega ; Diaz ; Petrov ; Hale ; Okoro
runners who finished in under {l} minutes / who ran it in less than {l} minutes?|35|160|5|{e} crossed the line after {n} minutes.|Paolo Verri ; Joan Baxter ; Ida Kallas ; Leo Anders ; Mei Lin ; Nora Flint ; Sam Okafor
cars with a range of more than {l} km / electric car with over {l} km of range|120|800|10|The {e} drives {n} km on one charge.|Velo E ; Larkfield One ; Arco City ; Tarn Electric ; Osprey EV ; Quill Mini ; Nimbus
churches built after {l} / church from after {l}|1550|1990|10|The church of {e} was built in {n}.|St Alban ; St Brigid ; St Olaf ; All Saints ; Holy Cross ; St Clement ; St Agatha
emperors who died before {l} / king who died before {l}|1510|1910|10|King {e} died in {n}.|Aldric II ; Osmund ; Leofric III ; Harald ; Casimir V ; Rollo ; Edric
"""

UNIT_ROWS = """
trail that is {v} long / which trail is {v} long? / {v} trail|{e} is {v} long.|km|miles ; metres|Heron Trail ; Mill Path ; Ridge Walk ; Salt Way ; Forest Loop ; Canal Path ; Bishop's Way
parcel of {v} / which parcel weighs {v}?|The parcel for {e} weighs {v}.|kg|pounds ; grams|Mrs Alder ; Mr Singh ; Ben Adeyemi ; Clara Jensen ; the workshop ; the canteen
tablet with {v} / which tablets contain {v}?|{e} tablets contain {v} of the active substance.|mg|micrograms ; g|Dolorin ; Sanavex ; Tremofin ; Calmidol ; Parvon ; Lexatil
tank that holds {v} / which tank holds {v}?|{e} holds {v}.|litres|gallons ; cubic metres|The north tank ; The old cistern ; The rain barrel ; The fire tank ; The aquarium ; The boiler
contract that runs for {v} / which contract runs for {v}?|The contract with {e} runs for {v}.|months|weeks ; years ; days|Harlow Dairy ; Benton Tools ; Kestrel Travel ; Orchard Press ; Pine Hill Nursery ; Dunmore Glass
film of {v} / which film lasts {v}?|{e} lasts {v}.|minutes|seconds ; hours|The Salt Road ; Nine Lanterns ; North of Winter ; Quiet Mill ; Glass Orchard ; Borrowed Coat
charge of {v} / who has to pay {v}?|{e} has to pay {v}.|euros|dollars ; pounds ; yen|Tessa Moon ; Victor Hale ; Lena Brandt ; Tom Reyes ; Aisha Karim ; Nora Flint
discount of {v} / who gets a discount of {v}?|{e} gets a discount of {v}.|per cent|euros ; dollars|The sports club ; The school ; Pine Hill Nursery ; The hospital ; The choir ; The fire brigade
"""

COMPANIES = "Harlow Dairy|Benton Tools|Kestrel Travel|Orchard Press|Dunmore Glass|Silver Birch Ltd|Larkfield Motors|Pine Hill Nursery|Tarn Logistics|Osprey Foods|Meridian Labs|Granite Build".split("|")
FIRST = "Nora Sam Lena Tom Aisha Victor Mei Clara Ben Ruth Oscar Maria George Ines Paul Elsa Karl Paolo Ida Joan Leo Tessa Ravi Hana Omar Zoe Igor Lucia".split()
LAST = "Flint Okafor Brandt Reyes Karim Hale Lin Jensen Adeyemi Hanley Lindqvist Teller Abbot Carver Whitcombe Morrow Stenner Verri Kallas Baxter Anders Moon Patel Sato".split()

OFFICE = """
notice|notice period / what is the notice period? / how long is the notice?|Either party may terminate this agreement with [{n} weeks' notice].|Resignation must reach the company [{n} days before the intended last day of work].
attend|who attended / who was at the meeting? / attendees|Present: [{p}, {q}, {p}].|[{p} and {q}] took part in person, {p} by telephone.
apology|who sent apologies / who could not come?|Apologies: [{p}].|[{p}] was unable to join and asked for the slides.
next|next meeting / when is the next meeting?|We meet again on [{d} at {t}].|Next meeting: [{d}], same room.
freight|who pays the freight / freight costs|Delivery is [free to the buyer's warehouse; transport is at the seller's expense].|[{c}] bears the cost of carriage.
warranty|warranty period / how long is the guarantee?|Defects reported [within {n} months of delivery] are repaired free of charge.|The maker's guarantee runs for [{n} months].
payment|payment terms / when is payment due?|Invoices are to be settled [within {n} days of receipt].|Please transfer the sum [by {d}].
late|late payment interest / penalty for paying late|Overdue amounts bear interest at [{n} per cent a year].|For each week of delay a fee of [{a} euros] is added to the invoice.
law|governing law / which law applies?|This agreement is governed by [the law of the Netherlands].|Any dispute is decided under [Swiss law].
court|place of jurisdiction / which court decides?|The parties submit to [the courts of Hamburg].|Disputes are brought before [the district court in Leeds].
secrecy|confidentiality / how long must information be kept secret?|The parties shall [not disclose business secrets for {n} years after the end of the project].|What is shared in the course of the project [may not be passed on to third parties].
rent|monthly rent / how much is the rent?|The tenant pays [{a} euros a month], heating not included.|Rent: [{a} euros], to be paid in advance.
deposit|deposit / how high is the security deposit?|Before moving in, the tenant lodges [{a} euros as security].|A deposit of [{a} euros] is held in a separate account.
pets|are pets allowed / pets|Keeping [dogs and cats requires the landlord's consent].|[Small animals such as hamsters may be kept; dogs may not].
password|password reset / how do I reset my password?|[Click "Forgot" on the sign-in screen and follow the link we mail you].|The user had locked himself out; support [sent a link to choose a new password].
printer|printer problem / what is wrong with the printer?|Ticket: the device on floor {n} [pulls in two sheets at once and jams].|[Stripes on every print], toner was changed on {d}.
vpn|vpn connection problems / why does the vpn drop?|The tunnel [breaks off after {n} minutes because the certificate has expired].|Remote access fails: [the client is two versions behind].
allergy|allergies / is the patient allergic to anything?|[Penicillin causes a rash] in this patient.|Known hypersensitivity: [latex].
medication|current medication / what does the patient take?|Takes [ramipril 5 mg in the morning] and no other drugs.|Rx: [metformin twice a day].
pressure|blood pressure / what was the blood pressure?|RR [142/88] at rest, pulse {n}0.|Measured [128/76 mmHg], sitting, left arm.
diagnosis|diagnosis / what is the diagnosis?|The findings fit [a fracture of the left wrist].|Assessment: [acute bronchitis].
follow|follow-up appointment / when should the patient come back?|Review [in {n} weeks], sooner if the pain gets worse.|Please book a check-up [for {d}].
holiday|vacation days / how many days of leave are there?|Full-time staff are entitled to [{n} days of paid leave] a year.|Annual leave: [{n} working days].
overtime|overtime / how is overtime paid?|Hours beyond the agreed week are [compensated with time off].|Extra hours are [paid with a surcharge of {n} per cent].
expenses|travel expenses / what can I claim for travel?|[Second-class rail fares and up to {a} euros a night for a hotel] are refunded.|For trips by private car the firm refunds [{n} cents per kilometre].
budget|budget decision / what was decided about the budget?|The board [approved {a} euros for new furniture].|It was resolved to [cut the marketing funds by {n} per cent].
minutes|who takes the minutes / minute taker|[{p}] keeps the record.|Minutes: [{p}]
chair|who chairs the meeting / chairperson|[{p}] opened the session and led through the agenda.|In the chair: [{p}]
delivery|delivery date / when will the goods arrive?|The pallets are expected [on {d}].|The lorry is due to reach you [in week {n}].
complaint|complaint / what does the customer complain about?|The buyer writes that [the box arrived wet and two cups were broken].|Caller is unhappy: [he was billed twice].
refund|refund / will the money be returned?|[We are sending {a} euros back to your card].|The sum is [credited to your account within {n} days].
insurance|insurance / who insures the goods?|[{c}] takes out cover against fire and theft.|The consignment is insured [by the sender].
parking|where can I park / parking space|Visitors may leave their cars [in bays {n} to 40 behind the depot].|A space for your car is [reserved in the yard of {c}].
contact|contact person / who do I get in touch with?|Your questions are answered by [{p}, room {n}].|Please turn to [{p}] about anything else.
termination|reasons for termination without notice / extraordinary termination|Either side may end the contract at once [if the other becomes insolvent].|[A serious breach] entitles the injured party to withdraw immediately.
sick|sick leave / what to do when ill?|Staff who fall ill [call their supervisor before {t} and send a doctor's note by the third day].|In case of illness, [the firm must be told the same morning].
server|server outage / when was the server down?|The mail host could not be reached [from {t} for {n} minutes].|Outage [on {d}]: the database restarted after a power cut.
"""

CLAIMS = """
the supplier pays the freight|Carriage is at the supplier's expense. / The seller delivers free of charge for the buyer and settles the haulier's bill.|The buyer bears the cost of transport. / Freight is charged to the customer.|The freight forwarder is named in Annex B.|The supplier delivers within ten days.
the tenant may sublet the flat|Subletting is permitted with prior notice to the landlord. / The tenant is free to let rooms to others.|Subletting of any kind is forbidden.|The tenant has to keep the stairs clean.|The flat has three rooms and a cellar.
the meeting was postponed|We have moved Thursday's meeting to next week. / The session will not take place today but on the 14th.|The meeting went ahead as planned.|The meeting room has a new projector.|Minutes of the meeting will be sent round.
the patient smokes|Patient reports ten cigarettes a day. / Tobacco: one pack daily for twenty years.|The patient has never smoked. / Non-smoker.|The patient lives with her sister.|The patient's father was a heavy smoker.
the software supports Linux|Builds are offered for Windows, macOS and Linux. / The program runs on Ubuntu and Debian.|The software runs on Windows only.|The software was first released in 2012.|Linux was created by Linus Torvalds.
the price includes VAT|All amounts are gross, value added tax contained. / The sum stated is inclusive of VAT.|Prices are net; VAT is added. / All prices are exclusive of value added tax.|The price may be raised once a year.|The VAT number is printed on the invoice.
the shop is open on Sundays|Opening hours: Monday to Sunday, 9 to 18. / We serve you seven days a week.|Closed on Sundays.|The shop sells newspapers and bread.|The shop is next to the station.
the invoice has been paid|We received your transfer on 4 May; nothing is outstanding. / Payment for the invoice was booked yesterday.|The invoice is still open. / Third reminder: payment has not arrived.|The invoice was sent by e-mail.|The invoice lists four items.
the employee resigned|She handed in her notice on Monday. / He has quit of his own accord.|The employee was dismissed.|The employee works in accounting.|The employee of the month gets a voucher.
the dog has been vaccinated|Rabies shot given on 3 June, next one due in three years. / Vaccination record of the dog: complete.|The dog has not had any of its vaccines.|The dog weighs eleven kilos.|The dog is called Bella.
the data is stored in Europe|All records are kept on servers in Frankfurt. / Hosting takes place solely in Ireland and Finland.|Customer data is held in Virginia, USA.|The data is backed up every night.|The data is encrypted.
the contract renews automatically|Unless cancelled, the term is extended by a further year. / It continues for twelve months at a time if neither side objects.|The contract ends on 31 December without any notice being needed.|The contract was signed in two copies.|The contract has nine pages.
the vote was unanimous|All eleven members were in favour. / The motion was carried with no votes against and no abstentions.|The motion passed by six votes to five.|The vote took place by show of hands.|The vote was held after lunch.
the train was late|We reached Leeds forty minutes behind schedule. / It arrived an hour after the time in the timetable.|The train arrived on time.|The train has a dining car.|The train goes by way of York.
the patient has a fever|Temperature 39.2 °C. / She is running a high temperature.|Temperature normal at 36.7 °C. / The patient has no fever.|The patient complains of a cough.|The patient was admitted on Monday.
the warranty covers water damage|Damage by liquids is included in the guarantee. / Repairs after contact with water are free during the warranty.|The warranty excludes harm caused by water.|The warranty lasts two years.|The device is blue and weighs 200 grams.
the supplier may use subcontractors|The contractor is entitled to have work done by third parties. / Parts of the work may be passed on to other firms.|All work must be done by the supplier's own staff.|The supplier is based in Porto.|The supplier sends an invoice each month.
breakfast is included|The rate covers the room and a morning buffet. / Your booking: double room, breakfast at no extra charge.|Breakfast costs 14 euros on top. / Room only, no meals.|Breakfast is served until ten.|The hotel has a garden.
the customer wants a refund|I would like my money back. / Please return the 49 euros to my card.|I do not want a refund, just a new cable.|The customer called at nine.|The customer lives in Bristol.
the ticket has been solved|Resolved: new cable fitted, user confirms that all works. / Issue fixed on 2 March and closed.|Still broken, ticket reopened.|The ticket was opened by Hana Sato.|The ticket has priority two.
remote work is allowed|Staff may work from home up to three days a week. / Employees choose freely between the office and their home.|Everyone is required to work on site every day.|The office is on the third floor.|Work begins at nine.
smoking is forbidden in the building|Nobody may light a cigarette anywhere indoors. / The house is a non-smoking building.|Smoking is permitted on all floors.|The building has five floors.|The building was painted last year.
the board approved the merger|The directors gave their consent to joining the two firms. / The board voted for the merger.|The board turned the merger down.|The merger was discussed for two hours.|The board has seven members.
the goods arrived damaged|Two of the crates were smashed when we unpacked them. / On delivery, the glass was broken.|The goods arrived in perfect condition.|The goods were shipped from Rotterdam.|The goods are packed in crates.
the surgery was successful|The operation went well and the tumour was removed completely. / The procedure achieved its aim without complications.|The operation failed and has to be repeated.|The surgery lasted three hours.|The surgery is planned for Tuesday.
"""

MENTIONS = """
a forklift|The [forklift] was left in the loading bay with the key in it.|{p} passed the [forklift] test on {d}.
the fire alarm|The [fire alarm] went off at {t} because of burnt toast.|Please note that the [fire alarm] is tested on {d}.
asbestos|The survey found [asbestos] in the ceiling of the boiler room.|Removal of [asbestos] costs {a} euros.
the cafeteria|The [cafeteria] will be shut for cleaning on {d}.|Lunch is served in the [cafeteria] from {t}.
diabetes|History of [diabetes], treated with diet.|Her mother has [diabetes].
a passport|{p} could not find his [passport] and missed the flight.|Bring your [passport] to the front desk.
the coffee machine|The [coffee machine] on floor {n} leaks again.|{p} has ordered a new [coffee machine].
penalties|For each day of delay, [penalties] of {a} euros fall due.|[Penalties] are capped at {n} per cent of the order value.
bankruptcy|In the event of [bankruptcy], the licence ends.|The buyer filed for [bankruptcy] on {d}.
a bicycle|{p} comes to work by [bicycle].|A [bicycle] was stolen from the yard at {t}.
the elevator|The [elevator] is stuck between floors.|Use of the [elevator] is not allowed during moves.
insulin|Ten units of [insulin] before supper.|The ward has run out of [insulin].
Brazil|Our agent in [Brazil] asks for samples.|The coffee is shipped from [Brazil] on {d}.
copyright|All [copyright] in the drawings stays with the architect.|The photo was removed over a [copyright] claim.
a wedding|{p} is away for a [wedding] until {d}.|The hall is booked for a [wedding].
the roof|Rain comes in through the [roof] above the archive.|Solar panels will be put on the [roof].
mice|There are [mice] in the storeroom again.|Traps were set after [mice] had eaten the labels.
blockchain|{p} gave a short talk about [blockchain].|The offer has a paragraph on [blockchain] that nobody understood.
an umbrella|Someone left a green [umbrella] in the lobby.|Each guest is given an [umbrella] by {c}.
arbitration|Disputes go to [arbitration] in Geneva.|The parties waive their right to [arbitration].
migraine|She stays at home today with a [migraine].|[Migraine] since the age of {n}, worse in spring.
a password|The note on the screen had a [password] on it.|{p} shared a [password] by mail, which is not allowed.
the harbour|The container is still in the [harbour].|The view from the office is of the [harbour].
Christmas|We are closed between [Christmas] and the new year.|The order must arrive before [Christmas].
"""

STUFFING = """
why is the sky blue?|Air [scatters short wavelengths of sunlight more than long ones], so that colour reaches us from every direction.|[Light with short waves is spread by gas molecules] far more than red light.
how do I get red wine out of a carpet?|[Blot with a cloth, pour on soda water, and sprinkle salt] on what remains.|[Dab the stain with white vinegar and a drop of dish soap], then rinse.
how long should I boil an egg?|[Six minutes gives a soft yolk, ten a firm one].|Leave it in bubbling water [for about eight minutes] if you like it just set.
what causes hiccups?|They come from [a sudden cramp of the diaphragm], often after eating too fast.|[The muscle under the lungs contracts without warning] and the vocal cords snap shut.
how can I sleep better?|[Keep the bedroom cool and dark, get up at the same hour, and leave the phone in another room].|[Avoid coffee after noon] and go to bed when you are tired.
how to remove a stripped screw|[Lay a rubber band over the head and turn slowly] with the driver.|[Drill a small hole and use an extractor bit].
how often should I water a cactus?|[Once every two or three weeks] is plenty; let the soil dry out in between.|In winter [a sip a month] will do.
why do cats purr?|It is [a sign of contentment, though they also do it to calm themselves] when hurt.|[They do it when they feel well, and kittens do it to call their mother].
best way to learn vocabulary|[Review cards at growing intervals] instead of cramming all in one night.|[Use each new term in a sentence of your own] on the same day.
how to stop a nosebleed|[Lean forward and pinch the soft part of the nostrils for ten minutes].|[Sit upright and press both sides together]; do not tilt the head back.
what makes bread rise?|[Yeast turns sugar into carbon dioxide], which is trapped in the dough.|[Bubbles of gas from fermentation] stretch the gluten.
how to unclog a drain|[Pour in baking soda followed by vinegar, wait, and flush with hot water].|[A plunger] does it most of the time; otherwise unscrew the trap.
why do leaves change color in autumn?|[The green pigment breaks down when days get short], and yellow ones behind it show.|[Trees stop making chlorophyll].
how do bees make honey?|[They collect nectar, pass it from mouth to mouth, and fan it with their wings until most water is gone].|[Nectar is thickened in the hive by evaporation].
is it safe to eat mould on cheese?|[On a hard piece cut off two centimetres around the spot; throw soft ones away].|[With Parmesan you can trim it; with ricotta you cannot].
how to get rid of fruit flies|[Set out a glass of vinegar with a drop of detergent]: they fall in and drown.|[Empty the bin daily and keep ripe bananas in the fridge].
why does my back hurt after sitting?|[The muscles tire when held in one position], and slumping loads the discs.|[Hip flexors shorten at a desk] and pull on the lower spine.
what is the difference between jam and jelly?|[One holds pieces of fruit, the other only the strained juice].|[Crushed fruit goes into the first; the second is clear].
how to keep avocado from turning brown|[Brush the cut face with lemon juice] and wrap it tightly.|[Leave the stone in, cover, and chill].
how to charge a car battery|[Clamp red to plus and black to bare metal, then switch on the charger] overnight.|[A drive of an hour] usually fills it again.
why do onions make you cry?|[Cutting sets free a gas that turns into acid on the eye].|[A sulphur compound rises from the damaged cells] and stings.
how to fold a fitted sheet|[Tuck the corners into each other, lay it flat, and fold in thirds].|[Put one hand in each of two corners and flip one over the other].
how to clean a burnt pan|[Simmer water with baking soda in it], then scrape with a wooden spoon.|[Let it soak overnight with dishwasher powder].
why is sea water salty?|[Rain dissolves minerals from rocks and rivers carry them there], where they pile up.|[Minerals washed off the land stay behind when water evaporates].
how to whiten laundry|[Add half a cup of washing soda and dry in the sun].|[Soak it in oxygen bleach at 40 degrees] before the main cycle.
what to do when a wasp stings|[Cool the spot, keep the limb still, and take an antihistamine if it swells].|[Ice helps]; call an ambulance when breathing becomes hard.
how do vaccines work?|[They show the body a harmless piece of the germ so that it can prepare antibodies].|[Immune cells practise on a weakened form] and remember it.
how to tie a bow tie|[Cross the ends, pull one up, fold the other into a loop and push the rest behind it].|[It is the same knot as on a shoe], only at your collar.
how to save money on heating|[Turn the thermostat down by one degree] and bleed the radiators.|[Seal gaps around windows] and close the shutters at night.
why do we yawn?|[Perhaps to cool the brain]; nobody is sure.|[It may help to keep us alert], and it is catching among apes too.
"""

NEGATION_SLOTS = """
is {e} open on Mondays? / {e} open Monday|[No, {e} is closed on Mondays]. / {e} is open [daily except Monday]. / {e} stays [shut at the start of the week; on Mondays nobody is let in].|{e} has a shop and a café. / Tickets for {e} can be bought online. / {e} was renovated {n} years ago. / Guided tours of {e} last {n} minutes.|the Kestrel Museum ; the Old Mill ; Torvale Castle ; the Botanic House ; the Tram Museum ; the Sea Aquarium ; Larkfield Gallery
does {e} accept credit cards? / credit cards at {e}|[No, {e} takes cash only]. / At {e} you can [pay only in cash]. / {e} [does not accept credit cards].|{e} has outdoor seats. / The soup at {e} is praised by guests. / {e} offers a discount to students. / {e} is run by two sisters.|Café Linden ; the Harbour Grill ; Bakery Osprey ; the Green Spoon ; Hotel Meridian ; Trattoria Verri ; the Corner Kiosk
are dogs allowed in {e}? / dogs in {e}|[Dogs may not enter {e}, guide dogs excepted]. / [No, {e} does not admit dogs]. / Visitors to {e} must [leave their dogs at home].|{e} is a paradise for ducks and herons. / {e} covers {n} hectares. / The gates of {e} open at eight. / Picnic tables are spread all over {e}.|Linden Park ; Heron Reserve ; Castle Gardens ; Brenna Forest ; the Rose Garden ; Solva Beach
is {e} still produced? / {e} discontinued?|[{e} is no longer made]. / [No, production of {e} ended {n} years ago]. / {e} was [taken off the market] last year.|{e} weighs {n} kilos. / {e} comes in red and blue. / {e} was designed by Elsa Morrow. / The manual of {e} has {n} pages.|the Arco 14 ; the Velo E ; the Tarn Pro ; the Quill printer ; the Nimbus radio ; the Bexley toaster
which food is {e} not allowed to eat? / foods {e} must not eat|{e} must [not have nuts]. / {e} may eat everything [except shellfish]. / {e} has to [do without milk].|{e} eats three meals a day. / {e} likes to cook for friends. / {e} had soup for lunch. / {e} lost {n} kilos.|Mr Alder ; Ms Novak ; Mrs Singh ; Dr Moreau ; little Tom ; Aisha
who did not sign the {e} petition? / {e} petition who refused to sign|All the neighbours signed the {e} petition [except Mr Hale]. / [Ines Carver refused] to put her name to the {e} petition.|The {e} petition was started in spring. / The {e} petition has {n} pages. / The {e} petition was handed to the mayor.|harbour ; airport ; school road ; tree ; playground ; bypass
does {e} have a lift? / {e} lift|[No, {e} has only stairs]. / [There is no lift in {e}]. / {e} is [without a lift].|{e} has {n} floors. / {e} was built of red brick. / The rooms in {e} have balconies. / {e} faces the river.|Rose Court ; Hotel Meridian ; the town library ; Beacon House ; the Granite building ; Mill Lane 7
did {e} win the election? / {e} election won|[{e} lost the election]. / [No, {e} came only second]. / {e} [failed to get a majority and was not elected].|{e} held a speech on {d}. / {e} studied law. / {e} promised lower taxes during the election campaign. / Posters of {e} hung all over town.|Ruth Hanley ; Oscar Lindqvist ; Maria Teller ; George Abbot ; Paul Whitcombe
was {e} at the trial? / {e} at the trial|[{e} did not appear at the trial]. / [{e} never came to the trial]. / {e} [stayed away from the trial for reasons of health].|{e} has a lawyer in Leeds. / {e} bought a house on {d}. / {e} is the owner of the yacht. / The newspaper wrote about {e}.|Victor Hale ; Lena Brandt ; Tom Reyes ; Joan Baxter ; Leo Anders
is {e} safe to drink? / {e} drinkable|[No, {e} is not fit for drinking]. / [Do not drink {e} unless it has been boiled]. / {e} is [contaminated and must not be drunk].|{e} is {n} degrees cold. / {e} is pumped up from great depth. / {e} was tested on {d}. / {e} flows into the lake.|the water from the old well ; the tap water in Torvale ; the spring water at Solva ; the water of the fountain
can {e} be cancelled? / cancel {e}|[{e} cannot be cancelled]. / [No, {e} is binding]. / {e} can be cancelled [only within {n} days, not later].|{e} is confirmed by e-mail. / {e} is listed in your account. / The price of {e} includes tax. / {e} was made on {d}.|the hotel booking ; the gym contract ; the order for the sofa ; the concert ticket ; the magazine subscription
is {e} poisonous? / {e} poisonous|[No, {e} is harmless]. / [{e} is not poisonous]. / {e} contains [no poison at all and can be eaten].|{e} grows in shady woods. / {e} flowers in May. / {e} is found up to {n}00 metres. / {e} was drawn by many painters.|the dandelion ; wood sorrel ; the daisy ; the stinging nettle ; the hazelnut
"""

NEGATION = """
which planets have no moons? / planets without moons|[Mercury and Venus] are the only planets that no moon circles. / No satellite orbits [Mercury or Venus].|Jupiter has dozens of moons, four of them large.|Moons are natural satellites.
can penguins fly? / do penguins fly|[No]; their wings have become flippers for swimming. / Penguins are [flightless birds].|Penguins live in the southern hemisphere.|Emperor penguins can dive for twenty minutes.
when should you not take ibuprofen? / ibuprofen who should avoid it|[People with stomach ulcers should not use ibuprofen]. / Ibuprofen is [unsuitable in the last three months of pregnancy].|Ibuprofen was developed in the 1960s in Britain.|Ibuprofen is sold as tablets and as a gel.
which metal is liquid and not solid at room temperature? / metal not solid at room temperature|[Mercury] is the metal that is not solid under ordinary conditions. / At 20 °C all but few metals are solid; [mercury] flows.|Iron melts at about 1,538 °C.|Metals conduct electricity well.
is a tomato a vegetable? / tomato vegetable botanically|Botanically [it is not a vegetable but a berry]. / [No, to a botanist it is a fruit].|Tomatoes came to Europe in the sixteenth century.|Tomato soup is often served with basil.
what can vegans not eat? / foods vegans avoid|Vegans [eat no meat, fish, eggs, milk or honey]. / Off limits to vegans are [all products from animals].|The number of vegans has grown.|A vegan restaurant has opened at the station.
which countries do not use the euro? / EU countries without the euro|[Denmark and Sweden] belong to the EU but have kept their own money. / Among members of the Union, [Sweden] has not adopted the euro.|The euro was introduced as cash in 2002.|Euro notes are printed in several countries.
did Beethoven ever marry? / Beethoven married|[Beethoven never married]. / [No, he stayed a bachelor all his life], says the biography of Beethoven.|Beethoven was born in Bonn.|Beethoven wrote nine symphonies.
is Pluto still a planet? / Pluto planet|[Pluto has not been counted as a planet since 2006]. / [No, it is now called a dwarf planet].|Pluto was discovered by Clyde Tombaugh in 1930.|Pluto has five known moons.
what must not go into the dishwasher? / not dishwasher safe|[Cast iron and wooden boards] should never be washed in the machine. / Keep [good knives] out of the dishwasher.|The dishwasher uses ten litres a cycle.|The dishwasher is connected to cold water.
can I return opened software? / return opened software|[No, once the seal is broken, software cannot be sent back]. / Returns are accepted for all items [except unsealed software].|Our software is delivered on a disc.|Returns are packed in the original box.
which birds do not build nests? / birds without nests|[The cuckoo] builds none but lays its eggs in others'. / No nest is made by [the guillemot, which lays on bare rock].|Storks build large nests on roofs.|Birds' nests are made of twigs and moss.
who is exempt from the tourist tax? / who does not pay tourist tax|[Children under twelve] need not pay the tourist tax. / All guests pay the tourist tax except [business travellers].|The tourist tax is used to mend footpaths.|The tourist tax was raised last year.
can you see the Great Wall from the Moon? / Great Wall visible from the Moon|[No, it is far too narrow to be made out from there]. / [Astronauts on the Moon could not see it].|The Great Wall was built over many centuries.|The Great Wall runs through the north of China.
which letters are not used in Roman numerals? / Roman numerals no sign for|[Zero has no sign in Roman numerals]; only I, V, X, L, C, D and M occur, and no others. / Roman numerals use [none of the other nineteen letters] besides I, V, X, L, C, D and M.|Roman numerals are found on clock faces.|Roman numerals came from tally marks.
are spiders insects? / spider insect|[No, spiders are arachnids]. / [Spiders do not belong to the insects]; they have eight legs.|Spiders spin webs of silk.|Many people are afraid of spiders.
when is the museum closed? / days the museum is not open|The museum is [shut on Good Friday and on 24 December]. / [On Tuesdays] the museum does not open.|The museum has a cloakroom.|The museum shows pottery from Crete.
does decaf contain caffeine? / caffeine free decaf|[It is not wholly free of it: a few milligrams remain in a cup]. / [Yes, a little is never removed] from decaf.|Decaf was invented in Bremen.|Decaf is more popular in the evening.
is there gravity on the Moon? / moon no gravity|[Yes, the Moon is not without gravity: it is a sixth of ours]. / [It is wrong that there is none]; on the Moon things fall, only slower.|The Moon is covered in dust.|The Moon circles the Earth in about 27 days.
which students need not sit the exam? / exempt from exam|[Those with an average of 1.5 or better] are excused from the exam. / The exam is compulsory [unless you have handed in both essays].|The exam takes place in hall B.|The exam lasts two hours.
can I use the app without an account? / app no account needed|[No, nothing works in the app until you have signed up]. / The app [can be used without signing in].|The app has been downloaded a million times.|The app is available in twelve languages.
does the Dead Sea have fish? / fish in the Dead Sea|[No fish can live in the Dead Sea] because of the salt. / [None: the Dead Sea is too salty for fish].|The Dead Sea lies below sea level.|Tourists float in the Dead Sea.
who never won a Nobel Prize? / famous writer without Nobel Prize|[Leo Tolstoy] never received the Nobel Prize. / The Nobel Prize was not awarded to [Jorge Luis Borges].|The Nobel Prizes are handed over in December.|Selma Lagerlöf won the Nobel Prize in Literature in 1909.
are bats blind? / bat blind|[No, all bats can see]. / [Bats are not blind at all]; fruit bats even have keen eyes.|Bats hang upside down to sleep.|Bats eat moths and gnats.
is glass recyclable in this bin? / glass bin|[Glass does not belong in this bin]. / [No glass here], please: only paper and card.|This bin is emptied every second Friday.|The bin is made of grey plastic.
"""

SLOT_QUERIES = {
    "mt.height": "How high is Mount {e}? / height of Mount {e} / How tall is the mountain {e}?",
    "mt.climb": "When was Mount {e} first climbed? / first ascent of Mount {e} year",
    "rv.length": "How long is the river {e}? / length of the river {e} / {e} river length in km",
    "mu.open": "In which year did the {e} museum open? / {e} museum opening year / since when does the {e} museum exist?",
    "mu.price": "How much is a ticket for the {e} museum? / {e} museum ticket price / what does admission to the {e} museum cost?",
    "mu.hours": "What are the opening hours of the {e} museum? / {e} museum hours / from when to when can one visit the {e} museum?",
    "ho.rooms": "How many rooms does the {e} hotel have? / {e} hotel number of rooms",
    "ho.built": "When was the {e} hotel built? / {e} hotel year of construction",
    "vi.people": "How many people live in the village of {e}? / population of the village {e} / {e} village inhabitants",
    "vi.fest": "In which month is the village festival of {e}? / {e} village festival month",
    "tr.time": "When does train {e} leave? / train {e} departure time / what time does train {e} depart?",
    "tr.platform": "Which platform does train {e} leave from? / train {e} platform",
    "bk.author": "Who wrote the novel \"{e}\"? / author of the novel {e} / novel {e} written by",
    "bk.pages": "How many pages does the novel \"{e}\" have? / novel {e} number of pages",
}
FIXED_QUERIES = {
    "tin": "At what temperature does tin melt? / melting point of tin",
    "lead": "At what temperature does lead melt? / melting point of lead",
    "panda": "What do pandas eat? / panda food",
    "flu": "What are the symptoms of flu? / flu symptoms / how do I recognise influenza?",
    "thermo": "What is a thermometer for? / thermometer used for / What does a thermometer measure?",
    "australia": "What is the capital of Australia? / capital city of Australia",
    "canada": "What is the capital of Canada? / capital city of Canada",
    "yen": "What is the currency of Japan? / Japan currency / money used in Japan",
    "brazil": "What language is spoken in Brazil? / official language of Brazil",
    "mona": "Who painted the Mona Lisa? / Mona Lisa painter",
    "penicillin": "Who discovered penicillin? / penicillin discovery by whom",
    "pancake": "What ingredients do I need for pancakes? / pancake ingredients",
    "weather": "What will the weather be like tomorrow? / weather forecast tomorrow",
}

LANGUAGES = {}
LANGUAGES["de"] = """
~ mt.height | Der Berg {e} ist [{n} Meter] hoch. | Wie hoch ist der Berg {e}?
~ mt.climb | Der Berg {e} wurde [{y}] zum ersten Mal bestiegen. | Wann wurde der Berg {e} erstmals bestiegen?
~ rv.length | Der Fluss {e} ist [{n} Kilometer] lang. | Wie lang ist der Fluss {e}?
~ mu.open | Das Museum {e} wurde [{y}] eröffnet. | Wann wurde das Museum {e} eröffnet?
~ mu.price | Der Eintritt ins Museum {e} kostet [{p} Euro]. | Was kostet der Eintritt ins Museum {e}?
~ mu.hours | Das Museum {e} ist [von {a} bis {b} Uhr] geöffnet. | Welche Öffnungszeiten hat das Museum {e}?
~ ho.rooms | Das Hotel {e} hat [{n} Zimmer]. | Wie viele Zimmer hat das Hotel {e}?
~ ho.built | Das Hotel {e} wurde [{y}] gebaut. | Wann wurde das Hotel {e} gebaut?
~ vi.people | Im Dorf {e} leben [{n} Menschen]. | Wie viele Einwohner hat das Dorf {e}?
~ vi.fest | Das Dorffest von {e} findet jedes Jahr im [{m}] statt. | In welchem Monat ist das Dorffest von {e}?
~ tr.time | Der Zug {e} fährt um [{t} Uhr] ab. | Wann fährt der Zug {e} ab?
~ tr.platform | Der Zug {e} fährt von [Gleis {k}]. | Von welchem Gleis fährt der Zug {e}?
~ bk.author | Der Roman „{e}“ stammt von [{w}]. | Wer hat den Roman „{e}“ geschrieben?
~ bk.pages | Der Roman „{e}“ hat [{n} Seiten]. | Wie viele Seiten hat der Roman „{e}“?
m Mai, Juni, Juli, August, September, Oktober
= tin | Zinn schmilzt bei etwa [232 Grad].
= lead | Blei schmilzt bei etwa [327 Grad].
= panda | Große Pandas fressen fast nur [Bambus].
= flu | Eine Grippe beginnt plötzlich mit [hohem Fieber, Husten und Gliederschmerzen].
= thermo | Mit einem Thermometer [misst man die Temperatur].
= australia | Die Hauptstadt Australiens ist [Canberra].
= canada | Die Hauptstadt Kanadas heißt [Ottawa].
= yen | In Japan bezahlt man mit dem [Yen].
= brazil | In Brasilien spricht man [Portugiesisch].
= mona | Die Mona Lisa wurde von [Leonardo da Vinci] gemalt.
= penicillin | [Alexander Fleming] entdeckte 1928 das Penicillin.
= pancake | Für Pfannkuchen braucht man [Mehl, Eier, Milch und eine Prise Salz].
= weather | Morgen wird es [sonnig bei bis zu 24 Grad].
. Meine Schwester hat gestern ihr Fahrrad geputzt.
. Der Hund schläft unter dem Tisch.
. Wir haben die Küche gelb gestrichen.
. Kannst du mir bitte das Salz geben?
. Er trägt heute einen blauen Pullover.
. Die Kinder spielen im Garten Verstecken.
. Ich habe meinen Schlüssel verloren.
. Das Sofa passt nicht durch die Tür.
. Am Abend lesen wir einander Gedichte vor.
. Der Bäcker grüßt freundlich.
. Mein Nachbar lernt Klavier spielen.
. Die Blumen auf dem Balkon brauchen Wasser.
. Sie lachte laut über den Witz.
. Der Computer ist schon wieder abgestürzt.
. Oma strickt warme Socken.
"""
LANGUAGES["fr"] = """
~ mt.height | Le mont {e} culmine à [{n} mètres]. | Quelle est l'altitude du mont {e} ?
~ mt.climb | La première ascension du mont {e} a eu lieu en [{y}]. | Quand a eu lieu la première ascension du mont {e} ?
~ rv.length | La rivière {e} est longue de [{n} kilomètres]. | Quelle est la longueur de la rivière {e} ?
~ mu.open | Le musée {e} a ouvert ses portes en [{y}]. | En quelle année le musée {e} a-t-il ouvert ?
~ mu.price | L'entrée au musée {e} coûte [{p} euros]. | Combien coûte l'entrée au musée {e} ?
~ mu.hours | Le musée {e} est ouvert [de {a} h à {b} h]. | Quels sont les horaires du musée {e} ?
~ ho.rooms | L'hôtel {e} compte [{n} chambres]. | Combien de chambres compte l'hôtel {e} ?
~ ho.built | L'hôtel {e} a été construit en [{y}]. | Quand l'hôtel {e} a-t-il été construit ?
~ vi.people | Le village de {e} compte [{n} habitants]. | Combien d'habitants compte le village de {e} ?
~ vi.fest | La fête du village de {e} a lieu chaque année en [{m}]. | En quel mois a lieu la fête du village de {e} ?
~ tr.time | Le train {e} part à [{t}]. | À quelle heure part le train {e} ?
~ tr.platform | Le train {e} part de la [voie {k}]. | De quelle voie part le train {e} ?
~ bk.author | Le roman « {e} » a été écrit par [{w}]. | Qui a écrit le roman « {e} » ?
~ bk.pages | Le roman « {e} » compte [{n} pages]. | Combien de pages compte le roman « {e} » ?
m mai, juin, juillet, août, septembre, octobre
= tin | L'étain fond à environ [232 degrés].
= lead | Le plomb fond à environ [327 degrés].
= panda | Le panda géant se nourrit presque uniquement de [bambou].
= flu | La grippe provoque [une forte fièvre, de la toux et des courbatures].
= thermo | Un thermomètre sert à [mesurer la température].
= australia | La capitale de l'Australie est [Canberra].
= canada | La capitale du Canada est [Ottawa].
= yen | La monnaie du Japon est le [yen].
= brazil | Au Brésil, on parle [portugais].
= mona | La Joconde a été peinte par [Léonard de Vinci].
= penicillin | La pénicilline a été découverte par [Alexander Fleming].
= pancake | Pour faire des crêpes, il faut [de la farine, des œufs et du lait].
= weather | Demain, il fera [beau, avec 24 degrés l'après-midi].
. Ma sœur a lavé son vélo hier.
. Le chien dort sous la table.
. Nous avons repeint la cuisine en jaune.
. Peux-tu me passer le sel, s'il te plaît ?
. Il porte un pull bleu aujourd'hui.
. Les enfants jouent à cache-cache dans le jardin.
. J'ai perdu mes clés.
. Le canapé ne passe pas par la porte.
. Le soir, nous écoutons de la musique.
. Le boulanger salue tout le monde.
. Mon voisin apprend le piano.
. Les fleurs du balcon ont besoin d'eau.
. Elle a beaucoup ri de cette blague.
. L'ordinateur est encore en panne.
. Grand-mère tricote des chaussettes.
"""
LANGUAGES["es"] = """
~ mt.height | El monte {e} tiene una altura de [{n} metros]. | ¿Qué altura tiene el monte {e}?
~ mt.climb | El monte {e} fue escalado por primera vez en [{y}]. | ¿Cuándo fue escalado por primera vez el monte {e}?
~ rv.length | El río {e} tiene [{n} kilómetros] de longitud. | ¿Cuánto mide el río {e}?
~ mu.open | El museo {e} abrió sus puertas en [{y}]. | ¿En qué año abrió el museo {e}?
~ mu.price | La entrada al museo {e} cuesta [{p} euros]. | ¿Cuánto cuesta la entrada al museo {e}?
~ mu.hours | El museo {e} abre [de {a} a {b} horas]. | ¿Qué horario tiene el museo {e}?
~ ho.rooms | El hotel {e} tiene [{n} habitaciones]. | ¿Cuántas habitaciones tiene el hotel {e}?
~ ho.built | El hotel {e} se construyó en [{y}]. | ¿Cuándo se construyó el hotel {e}?
~ vi.people | En el pueblo de {e} viven [{n} personas]. | ¿Cuántas personas viven en el pueblo de {e}?
~ vi.fest | La fiesta del pueblo de {e} se celebra cada año en [{m}]. | ¿En qué mes es la fiesta del pueblo de {e}?
~ tr.time | El tren {e} sale a las [{t}]. | ¿A qué hora sale el tren {e}?
~ tr.platform | El tren {e} sale del [andén {k}]. | ¿De qué andén sale el tren {e}?
~ bk.author | La novela «{e}» fue escrita por [{w}]. | ¿Quién escribió la novela «{e}»?
~ bk.pages | La novela «{e}» tiene [{n} páginas]. | ¿Cuántas páginas tiene la novela «{e}»?
m mayo, junio, julio, agosto, septiembre, octubre
= tin | El estaño se funde a unos [232 grados].
= lead | El plomo se funde a unos [327 grados].
= panda | El panda gigante come casi solo [bambú].
= flu | La gripe causa [fiebre alta, tos y dolores musculares].
= thermo | Un termómetro sirve para [medir la temperatura].
= australia | La capital de Australia es [Canberra].
= canada | La capital de Canadá es [Ottawa].
= yen | La moneda de Japón es el [yen].
= brazil | En Brasil se habla [portugués].
= mona | La Mona Lisa fue pintada por [Leonardo da Vinci].
= penicillin | La penicilina fue descubierta por [Alexander Fleming].
= pancake | Para hacer tortitas se necesitan [harina, huevos y leche].
= weather | Mañana hará [sol, con 24 grados por la tarde].
. Mi hermana lavó ayer su bicicleta.
. El perro duerme debajo de la mesa.
. Hemos pintado la cocina de amarillo.
. ¿Me pasas la sal, por favor?
. Hoy lleva un jersey azul.
. Los niños juegan al escondite en el jardín.
. He perdido las llaves.
. El sofá no cabe por la puerta.
. Por la noche escuchamos música.
. El panadero saluda a todo el mundo.
. Mi vecino aprende a tocar el piano.
. Las flores del balcón necesitan agua.
. Se rió mucho con el chiste.
. El ordenador se ha vuelto a estropear.
. La abuela teje calcetines.
"""
LANGUAGES["it"] = """
~ mt.height | Il monte {e} è alto [{n} metri]. | Quanto è alto il monte {e}?
~ mu.open | Il museo {e} ha aperto nel [{y}]. | In che anno ha aperto il museo {e}?
~ mu.hours | Il museo {e} è aperto [dalle {a} alle {b}].
~ ho.rooms | L'hotel {e} ha [{n} camere]. | Quante camere ha l'hotel {e}?
~ vi.people | Nel villaggio di {e} vivono [{n} persone].
~ tr.time | Il treno {e} parte alle [{t}]. | A che ora parte il treno {e}?
~ tr.platform | Il treno {e} parte dal [binario {k}].
~ bk.author | Il romanzo «{e}» è stato scritto da [{w}]. | Chi ha scritto il romanzo «{e}»?
= tin | Lo stagno fonde a circa [232 gradi].
= panda | Il panda gigante mangia quasi solo [bambù].
= flu | L'influenza provoca [febbre alta, tosse e dolori muscolari].
= thermo | Il termometro serve a [misurare la temperatura].
= australia | La capitale dell'Australia è [Canberra].
= yen | La valuta del Giappone è lo [yen].
= mona | La Gioconda fu dipinta da [Leonardo da Vinci].
= penicillin | La penicillina fu scoperta da [Alexander Fleming].
= pancake | Per i pancake servono [farina, uova e latte].
= weather | Domani ci sarà [il sole, con 24 gradi].
. Mia sorella ha lavato la bicicletta.
. Il cane dorme sotto il tavolo.
. Abbiamo dipinto la cucina di giallo.
. Mi passi il sale, per favore?
. Oggi porta un maglione blu.
. I bambini giocano in giardino.
. Ho perso le chiavi.
. Il divano non passa dalla porta.
. La sera ascoltiamo musica.
. Il fornaio saluta tutti.
. Il mio vicino suona il pianoforte.
. I fiori hanno bisogno d'acqua.
. Lei ha riso molto della battuta.
. Il computer si è rotto di nuovo.
. La nonna fa la maglia.
"""
LANGUAGES["pt"] = """
~ mt.height | O monte {e} tem [{n} metros] de altura. | Qual é a altura do monte {e}?
~ mu.open | O museu {e} abriu em [{y}]. | Em que ano abriu o museu {e}?
~ mu.hours | O museu {e} está aberto [das {a} às {b} horas].
~ ho.rooms | O hotel {e} tem [{n} quartos]. | Quantos quartos tem o hotel {e}?
~ vi.people | Na aldeia de {e} vivem [{n} pessoas].
~ tr.time | O comboio {e} parte às [{t}]. | A que horas parte o comboio {e}?
~ tr.platform | O comboio {e} parte da [linha {k}].
~ bk.author | O romance «{e}» foi escrito por [{w}]. | Quem escreveu o romance «{e}»?
= tin | O estanho derrete a cerca de [232 graus].
= panda | O panda-gigante come quase só [bambu].
= flu | A gripe causa [febre alta, tosse e dores musculares].
= thermo | Um termómetro serve para [medir a temperatura].
= australia | A capital da Austrália é [Camberra].
= yen | A moeda do Japão é o [iene].
= mona | A Mona Lisa foi pintada por [Leonardo da Vinci].
= penicillin | A penicilina foi descoberta por [Alexander Fleming].
= pancake | Para fazer panquecas são precisos [farinha, ovos e leite].
= weather | Amanhã vai estar [sol, com 24 graus].
. A minha irmã lavou a bicicleta.
. O cão dorme debaixo da mesa.
. Pintámos a cozinha de amarelo.
. Podes passar-me o sal?
. Hoje ele traz uma camisola azul.
. As crianças brincam no jardim.
. Perdi as minhas chaves.
. O sofá não passa pela porta.
. À noite ouvimos música.
. O padeiro cumprimenta toda a gente.
. O meu vizinho toca piano.
. As flores precisam de água.
. Ela riu-se muito da piada.
. O computador avariou outra vez.
. A avó faz meias de lã.
"""
LANGUAGES["nl"] = """
~ mt.height | De berg {e} is [{n} meter] hoog. | Hoe hoog is de berg {e}?
~ mu.open | Het museum {e} ging open in [{y}]. | In welk jaar ging het museum {e} open?
~ mu.hours | Het museum {e} is open [van {a} tot {b} uur].
~ ho.rooms | Hotel {e} heeft [{n} kamers]. | Hoeveel kamers heeft hotel {e}?
~ vi.people | In het dorp {e} wonen [{n} mensen].
~ tr.time | Trein {e} vertrekt om [{t} uur]. | Hoe laat vertrekt trein {e}?
~ tr.platform | Trein {e} vertrekt van [spoor {k}].
~ bk.author | De roman ‘{e}’ is geschreven door [{w}]. | Wie schreef de roman ‘{e}’?
= tin | Tin smelt bij ongeveer [232 graden].
= panda | De reuzenpanda eet bijna alleen [bamboe].
= flu | Griep geeft [hoge koorts, hoesten en spierpijn].
= thermo | Met een thermometer [meet je de temperatuur].
= australia | De hoofdstad van Australië is [Canberra].
= yen | In Japan betaalt men met de [yen].
= mona | De Mona Lisa is geschilderd door [Leonardo da Vinci].
= penicillin | Penicilline werd ontdekt door [Alexander Fleming].
= pancake | Voor pannenkoeken heb je [bloem, eieren en melk] nodig.
= weather | Morgen wordt het [zonnig, met 24 graden].
. Mijn zus heeft haar fiets gewassen.
. De hond slaapt onder de tafel.
. We hebben de keuken geel geverfd.
. Kun je me het zout geven?
. Hij draagt vandaag een blauwe trui.
. De kinderen spelen in de tuin.
. Ik ben mijn sleutels kwijt.
. De bank past niet door de deur.
. 's Avonds luisteren we naar muziek.
. De bakker groet iedereen.
. Mijn buurman speelt piano.
. De bloemen hebben water nodig.
. Ze lachte hard om de grap.
. De computer is weer kapot.
. Oma breit warme sokken.
"""
LANGUAGES["sv"] = """
~ mt.height | Berget {e} är [{n} meter] högt. | Hur högt är berget {e}?
~ mu.open | Museet {e} öppnade år [{y}]. | Vilket år öppnade museet {e}?
~ mu.hours | Museet {e} är öppet [mellan klockan {a} och {b}].
~ ho.rooms | Hotellet {e} har [{n} rum]. | Hur många rum har hotellet {e}?
~ vi.people | I byn {e} bor [{n} människor].
~ tr.time | Tåget {e} avgår klockan [{t}]. | När avgår tåget {e}?
~ tr.platform | Tåget {e} avgår från [spår {k}].
~ bk.author | Romanen ”{e}” skrevs av [{w}]. | Vem skrev romanen ”{e}”?
= tin | Tenn smälter vid ungefär [232 grader].
= panda | Jättepandan äter nästan bara [bambu].
= flu | Influensa ger [hög feber, hosta och värk i kroppen].
= thermo | Med en termometer [mäter man temperaturen].
= australia | Australiens huvudstad heter [Canberra].
= yen | I Japan betalar man med [yen].
= mona | Mona Lisa målades av [Leonardo da Vinci].
= penicillin | Penicillinet upptäcktes av [Alexander Fleming].
= pancake | Till pannkakor behövs [mjöl, ägg och mjölk].
= weather | I morgon blir det [soligt och 24 grader varmt].
. Min syster tvättade sin cykel.
. Hunden sover under bordet.
. Vi har målat köket gult.
. Kan du skicka saltet?
. Han har en blå tröja i dag.
. Barnen leker i trädgården.
. Jag har tappat mina nycklar.
. Soffan går inte in genom dörren.
. På kvällen lyssnar vi på musik.
. Bagaren hälsar på alla.
. Min granne spelar piano.
. Blommorna behöver vatten.
. Hon skrattade högt åt skämtet.
. Datorn är trasig igen.
. Mormor stickar varma sockor.
"""
LANGUAGES["da"] = """
~ mt.height | Bjerget {e} er [{n} meter] højt. | Hvor højt er bjerget {e}?
~ mu.open | Museet {e} åbnede i [{y}]. | Hvilket år åbnede museet {e}?
~ mu.hours | Museet {e} har åbent [fra klokken {a} til {b}].
~ ho.rooms | Hotellet {e} har [{n} værelser]. | Hvor mange værelser har hotellet {e}?
~ vi.people | I landsbyen {e} bor der [{n} mennesker].
~ tr.time | Toget {e} kører klokken [{t}]. | Hvornår kører toget {e}?
~ tr.platform | Toget {e} kører fra [spor {k}].
~ bk.author | Romanen »{e}« er skrevet af [{w}]. | Hvem har skrevet romanen »{e}«?
= tin | Tin smelter ved cirka [232 grader].
= panda | Kæmpepandaen spiser næsten kun [bambus].
= flu | Influenza giver [høj feber, hoste og ømme muskler].
= thermo | Med et termometer [måler man temperaturen].
= australia | Australiens hovedstad hedder [Canberra].
= yen | I Japan betaler man med [yen].
= mona | Mona Lisa blev malet af [Leonardo da Vinci].
= penicillin | Penicillinet blev opdaget af [Alexander Fleming].
= weather | I morgen bliver det [solrigt og 24 grader varmt].
. Min søster vaskede sin cykel.
. Hunden sover under bordet.
. Vi har malet køkkenet gult.
. Må jeg bede om saltet?
. Han har en blå trøje på i dag.
. Børnene leger i haven.
. Jeg har tabt mine nøgler.
. Sofaen kan ikke komme gennem døren.
. Om aftenen hører vi musik.
. Bageren hilser på alle.
. Min nabo spiller klaver.
. Blomsterne mangler vand.
. Hun lo højt ad vittigheden.
. Computeren er gået i stykker igen.
. Mormor strikker varme sokker.
"""
LANGUAGES["no"] = """
~ mt.height | Fjellet {e} er [{n} meter] høyt. | Hvor høyt er fjellet {e}?
~ mu.open | Museet {e} åpnet i [{y}]. | Hvilket år åpnet museet {e}?
~ mu.hours | Museet {e} har åpent [fra klokka {a} til {b}].
~ ho.rooms | Hotellet {e} har [{n} rom]. | Hvor mange rom har hotellet {e}?
~ vi.people | I landsbyen {e} bor det [{n} mennesker].
~ tr.time | Toget {e} går klokka [{t}]. | Når går toget {e}?
~ tr.platform | Toget {e} går fra [spor {k}].
~ bk.author | Romanen «{e}» er skrevet av [{w}]. | Hvem har skrevet romanen «{e}»?
= tin | Tinn smelter ved omtrent [232 grader].
= panda | Kjempepandaen spiser nesten bare [bambus].
= flu | Influensa gir [høy feber, hoste og verk i kroppen].
= thermo | Med et termometer [måler man temperaturen].
= australia | Hovedstaden i Australia heter [Canberra].
= yen | I Japan betaler man med [yen].
= mona | Mona Lisa ble malt av [Leonardo da Vinci].
= penicillin | Penicillinet ble oppdaget av [Alexander Fleming].
= weather | I morgen blir det [sol og 24 grader].
. Søsteren min vasket sykkelen sin.
. Hunden sover under bordet.
. Vi har malt kjøkkenet gult.
. Kan du sende meg saltet?
. Han har på seg en blå genser i dag.
. Barna leker i hagen.
. Jeg har mistet nøklene mine.
. Sofaen går ikke inn gjennom døra.
. Om kvelden hører vi på musikk.
. Bakeren hilser på alle.
. Naboen min spiller piano.
. Blomstene trenger vann.
. Hun lo høyt av vitsen.
. Datamaskinen er ødelagt igjen.
. Bestemor strikker varme sokker.
"""
LANGUAGES["pl"] = """
~ mt.height | Góra {e} ma [{n} metrów] wysokości. | Jak wysoka jest góra {e}?
~ mu.open | Muzeum {e} otwarto w [{y}] roku. | W którym roku otwarto muzeum {e}?
~ mu.hours | Muzeum {e} jest czynne [w godzinach {a}–{b}].
~ ho.rooms | Hotel {e} ma [{n} pokoi]. | Ile pokoi ma hotel {e}?
~ vi.people | We wsi {e} mieszka [{n} osób].
~ tr.time | Pociąg {e} odjeżdża o godzinie [{t}]. | O której odjeżdża pociąg {e}?
~ tr.platform | Pociąg {e} odjeżdża z [peronu {k}].
~ bk.author | Autorem powieści „{e}” jest [{w}]. | Kto napisał powieść „{e}”?
= tin | Cyna topi się w temperaturze około [232 stopni].
= panda | Panda wielka żywi się prawie wyłącznie [bambusem].
= flu | Grypa objawia się [wysoką gorączką, kaszlem i bólem mięśni].
= thermo | Termometr służy do [mierzenia temperatury].
= australia | Stolicą Australii jest [Canberra].
= yen | Walutą Japonii jest [jen].
= mona | Monę Lisę namalował [Leonardo da Vinci].
= penicillin | Penicylinę odkrył [Alexander Fleming].
= pancake | Do naleśników potrzebne są [mąka, jajka i mleko].
= weather | Jutro będzie [słonecznie, do 24 stopni].
. Moja siostra umyła rower.
. Pies śpi pod stołem.
. Pomalowaliśmy kuchnię na żółto.
. Czy możesz mi podać sól?
. On ma dziś na sobie niebieski sweter.
. Dzieci bawią się w ogrodzie.
. Zgubiłem klucze.
. Kanapa nie mieści się w drzwiach.
. Wieczorem słuchamy muzyki.
. Piekarz wita się ze wszystkimi.
. Mój sąsiad gra na pianinie.
. Kwiaty potrzebują wody.
. Ona głośno śmiała się z żartu.
. Komputer znowu się zepsuł.
. Babcia robi na drutach skarpety.
"""
LANGUAGES["cs"] = """
~ mt.height | Hora {e} je vysoká [{n} metrů]. | Jak vysoká je hora {e}?
~ mu.open | Muzeum {e} bylo otevřeno v roce [{y}]. | Kdy bylo otevřeno muzeum {e}?
~ mu.hours | Muzeum {e} má otevřeno [od {a} do {b} hodin].
~ ho.rooms | Hotel {e} má [{n} pokojů]. | Kolik pokojů má hotel {e}?
~ vi.people | Ve vesnici {e} žije [{n} lidí].
~ tr.time | Vlak {e} odjíždí v [{t}]. | V kolik hodin odjíždí vlak {e}?
~ tr.platform | Vlak {e} odjíždí z [nástupiště {k}].
~ bk.author | Autorem románu „{e}“ je [{w}]. | Kdo napsal román „{e}“?
= tin | Cín taje při teplotě asi [232 stupňů].
= panda | Panda velká se živí téměř jen [bambusem].
= flu | Chřipka způsobuje [vysokou horečku, kašel a bolest svalů].
= thermo | Teploměr slouží k [měření teploty].
= australia | Hlavním městem Austrálie je [Canberra].
= yen | Měnou Japonska je [jen].
= mona | Monu Lisu namaloval [Leonardo da Vinci].
= penicillin | Penicilin objevil [Alexander Fleming].
= weather | Zítra bude [slunečno a 24 stupňů].
. Moje sestra umyla kolo.
. Pes spí pod stolem.
. Vymalovali jsme kuchyň na žluto.
. Můžeš mi podat sůl?
. Dnes má na sobě modrý svetr.
. Děti si hrají na zahradě.
. Ztratil jsem klíče.
. Pohovka neprojde dveřmi.
. Večer posloucháme hudbu.
. Pekař zdraví každého.
. Můj soused hraje na klavír.
. Květiny potřebují vodu.
. Hlasitě se tomu vtipu smála.
. Počítač se zase rozbil.
. Babička plete teplé ponožky.
"""
LANGUAGES["ru"] = """
~ mt.height | Высота горы {e} составляет [{n} метров]. | Какова высота горы {e}?
~ mu.open | Музей «{e}» открылся в [{y} году]. | В каком году открылся музей «{e}»?
~ mu.hours | Музей «{e}» работает [с {a} до {b} часов].
~ ho.rooms | В гостинице «{e}» [{n} номеров]. | Сколько номеров в гостинице «{e}»?
~ vi.people | В деревне {e} живёт [{n} человек].
~ tr.time | Поезд {e} отправляется в [{t}]. | Во сколько отправляется поезд {e}?
~ tr.platform | Поезд {e} отправляется с [платформы {k}].
~ bk.author | Автор романа «{e}» — [{w}]. | Кто написал роман «{e}»?
= tin | Олово плавится при температуре около [232 градусов].
= panda | Большая панда питается почти только [бамбуком].
= flu | При гриппе бывают [высокая температура, кашель и боль в мышцах].
= thermo | Термометр служит для [измерения температуры].
= australia | Столица Австралии — [Канберра].
= yen | Валюта Японии — [иена].
= mona | «Мону Лизу» написал [Леонардо да Винчи].
= penicillin | Пенициллин открыл [Александр Флеминг].
= weather | Завтра будет [солнечно, до 24 градусов].
. Моя сестра помыла велосипед.
. Собака спит под столом.
. Мы покрасили кухню в жёлтый цвет.
. Передай мне, пожалуйста, соль.
. Сегодня он в синем свитере.
. Дети играют в саду.
. Я потерял ключи.
. Диван не проходит в дверь.
. Вечером мы слушаем музыку.
. Пекарь здоровается со всеми.
. Мой сосед играет на пианино.
. Цветам нужна вода.
. Она громко смеялась над шуткой.
. Компьютер опять сломался.
. Бабушка вяжет тёплые носки.
"""
LANGUAGES["zh"] = """
~ mt.height | {e}山高[{n}米]。 | {e}山有多高？
~ mu.open | {e}博物馆于[{y}年]开馆。 | {e}博物馆是哪一年开馆的？
~ mu.hours | {e}博物馆的开放时间是[{a}点到{b}点]。
~ ho.rooms | {e}酒店有[{n}间客房]。 | {e}酒店有多少间客房？
~ vi.people | {e}村有[{n}名居民]。
~ tr.time | {e}次列车[{t}]发车。 | {e}次列车几点发车？
~ tr.platform | {e}次列车从[{k}号站台]发车。
~ bk.author | 小说《{e}》的作者是[{w}]。 | 小说《{e}》是谁写的？
= tin | 锡的熔点约为[232摄氏度]。
= panda | 大熊猫几乎只吃[竹子]。
= flu | 流感的症状有[高烧、咳嗽和肌肉酸痛]。
= thermo | 温度计是用来[测量温度]的。
= australia | 澳大利亚的首都是[堪培拉]。
= yen | 日本的货币是[日元]。
= mona | 《蒙娜丽莎》是[达·芬奇]画的。
= penicillin | 青霉素是[弗莱明]发现的。
= weather | 明天[晴，最高气温24度]。
. 我妹妹昨天洗了自行车。
. 狗在桌子底下睡觉。
. 我们把厨房刷成了黄色。
. 请把盐递给我。
. 他今天穿着蓝色的毛衣。
. 孩子们在花园里玩捉迷藏。
. 我的钥匙丢了。
. 沙发搬不进门。
. 晚上我们一起听音乐。
. 面包师向每个人问好。
. 我的邻居在学钢琴。
. 阳台上的花需要浇水。
. 她听了笑话哈哈大笑。
. 电脑又坏了。
. 奶奶在织袜子。
"""
LANGUAGES["ja"] = """
~ mt.height | {e}山の高さは[{n}メートル]です。 | {e}山の高さは何メートルですか。
~ mu.open | {e}博物館は[{y}年]に開館しました。 | {e}博物館は何年に開館しましたか。
~ mu.hours | {e}博物館の開館時間は[{a}時から{b}時まで]です。
~ ho.rooms | {e}ホテルには[{n}室]あります。 | {e}ホテルには何室ありますか。
~ vi.people | {e}村の人口は[{n}人]です。
~ tr.time | 列車{e}は[{t}]に発車します。 | 列車{e}は何時に発車しますか。
~ tr.platform | 列車{e}は[{k}番線]から発車します。
~ bk.author | 小説『{e}』の作者は[{w}]です。 | 小説『{e}』を書いたのは誰ですか。
= tin | スズはおよそ[232度]で溶けます。
= panda | ジャイアントパンダはほとんど[竹]だけを食べます。
= flu | インフルエンザになると[高熱、せき、筋肉痛]が出ます。
= thermo | 温度計は[温度を測る]ための道具です。
= australia | オーストラリアの首都は[キャンベラ]です。
= yen | 日本の通貨は[円]です。
= mona | 「モナ・リザ」を描いたのは[レオナルド・ダ・ヴィンチ]です。
= penicillin | ペニシリンは[フレミング]が発見しました。
= weather | 明日は[晴れで、最高気温は24度]でしょう。
. 妹は昨日自転車を洗いました。
. 犬が机の下で寝ています。
. 台所の壁を黄色に塗りました。
. 塩を取ってください。
. 彼は今日青いセーターを着ています。
. 子どもたちは庭でかくれんぼをしています。
. 鍵をなくしてしまいました。
. ソファーがドアを通りません。
. 夜はみんなで音楽を聞きます。
. パン屋さんはいつも笑顔です。
. 隣の人はピアノを習っています。
. ベランダの花に水をやります。
. 彼女は冗談に大笑いしました。
. またパソコンが壊れました。
. 祖母は靴下を編んでいます。
"""
LANGUAGES["fi"] = """
~ mt.height | Vuori nimeltä {e} on [{n} metriä] korkea. | Kuinka korkea on vuori nimeltä {e}?
~ mu.open | Museo {e} avattiin vuonna [{y}]. | Minä vuonna museo {e} avattiin?
~ mu.hours | Museo {e} on avoinna [kello {a}–{b}].
~ ho.rooms | Hotelli {e} on kaunis, ja huoneita siinä on [{n}]. | Montako huonetta on hotellissa nimeltä {e}?
~ vi.people | Kylässä nimeltä {e} asuu [{n} ihmistä].
~ tr.time | Juna {e} lähtee kello [{t}]. | Mihin aikaan juna {e} lähtee?
~ tr.platform | Juna {e} lähtee [raiteelta {k}].
~ bk.author | Romaanin ”{e}” on kirjoittanut [{w}]. | Kuka on kirjoittanut romaanin ”{e}”?
= tin | Tina sulaa noin [232 asteessa].
= panda | Isopanda syö lähes pelkkää [bambua].
= flu | Influenssa aiheuttaa [korkeaa kuumetta, yskää ja lihaskipua].
= thermo | Lämpömittarilla [mitataan lämpötilaa].
= australia | Australian pääkaupunki on [Canberra].
= yen | Japanissa maksetaan [jeneillä].
= mona | Mona Lisan maalasi [Leonardo da Vinci].
= penicillin | Penisilliinin keksi [Alexander Fleming].
= weather | Huomenna on [aurinkoista ja 24 astetta lämmintä].
. Siskoni pesi eilen pyöränsä.
. Koira nukkuu pöydän alla.
. Maalasimme keittiön keltaiseksi.
. Voisitko antaa minulle suolaa?
. Hänellä on tänään sininen villapaita.
. Lapset leikkivät pihalla.
. Olen hukannut avaimeni.
. Sohva ei mahdu ovesta.
. Illalla kuuntelemme musiikkia.
. Leipuri tervehtii kaikkia.
. Naapurini soittaa pianoa.
. Kukat tarvitsevat vettä.
. Hän nauroi vitsille kovaa.
. Tietokone on taas rikki.
. Mummo kutoo lämpimiä sukkia.
"""
LANGUAGES["tr"] = """
~ mt.height | {e} Dağı'nın yüksekliği [{n} metredir]. | {e} Dağı'nın yüksekliği kaç metredir?
~ mu.open | {e} Müzesi [{y} yılında] açıldı. | {e} Müzesi hangi yılda açıldı?
~ mu.hours | {e} Müzesi [saat {a} ile {b} arasında] açıktır.
~ ho.rooms | {e} Oteli'nde [{n} oda] var. | {e} Oteli'nde kaç oda var?
~ vi.people | {e} köyünde [{n} kişi] yaşıyor.
~ tr.time | {e} numaralı tren saat [{t}] itibarıyla kalkar. | {e} numaralı tren saat kaçta kalkar?
~ tr.platform | {e} numaralı tren [{k} numaralı perondan] kalkar.
~ bk.author | "{e}" adlı romanın yazarı [{w}]. | "{e}" adlı romanın yazarı kim?
= tin | Kalay yaklaşık [232 derecede] erir.
= panda | Dev panda neredeyse yalnızca [bambu] yer.
= flu | Grip [yüksek ateş, öksürük ve kas ağrısı] yapar.
= thermo | Termometre [sıcaklığı ölçmeye] yarar.
= australia | Avustralya'nın başkenti [Kanberra'dır].
= yen | Japonya'nın para birimi [yendir].
= mona | Mona Lisa'yı [Leonardo da Vinci] yaptı.
= penicillin | Penisilini [Alexander Fleming] buldu.
= weather | Yarın hava [güneşli ve 24 derece] olacak.
. Kız kardeşim dün bisikletini yıkadı.
. Köpek masanın altında uyuyor.
. Mutfağı sarıya boyadık.
. Tuzu uzatır mısın?
. Bugün mavi bir kazak giymiş.
. Çocuklar bahçede saklambaç oynuyor.
. Anahtarlarımı kaybettim.
. Kanepe kapıdan geçmiyor.
. Akşamları müzik dinliyoruz.
. Fırıncı herkese selam verir.
. Komşum piyano çalıyor.
. Çiçeklerin suya ihtiyacı var.
. Fıkraya çok güldü.
. Bilgisayar yine bozuldu.
. Büyükannem çorap örüyor.
"""
LANGUAGES["id"] = """
~ mt.height | Gunung {e} memiliki ketinggian [{n} meter]. | Berapa ketinggian Gunung {e}?
~ mu.open | Museum {e} dibuka pada tahun [{y}]. | Tahun berapa Museum {e} dibuka?
~ mu.hours | Museum {e} buka [dari pukul {a} sampai pukul {b}].
~ ho.rooms | Hotel {e} memiliki [{n} kamar]. | Berapa jumlah kamar di Hotel {e}?
~ vi.people | Penduduk Desa {e} berjumlah [{n} orang].
~ tr.time | Kereta {e} berangkat pukul [{t}]. | Pukul berapa kereta {e} berangkat?
~ tr.platform | Kereta {e} berangkat dari [peron {k}].
~ bk.author | Novel "{e}" ditulis oleh [{w}]. | Siapa yang menulis novel "{e}"?
= tin | Timah putih meleleh pada suhu sekitar [232 derajat].
= panda | Panda raksasa hampir hanya makan [bambu].
= flu | Gejala influenza adalah [demam tinggi, batuk, dan nyeri otot].
= thermo | Termometer digunakan untuk [mengukur suhu].
= australia | Ibu kota Australia adalah [Canberra].
= yen | Mata uang Jepang adalah [yen].
= mona | Mona Lisa dilukis oleh [Leonardo da Vinci].
= penicillin | Penisilin ditemukan oleh [Alexander Fleming].
= weather | Besok cuaca akan [cerah dengan suhu 24 derajat].
. Kakak saya mencuci sepedanya kemarin.
. Anjing itu tidur di bawah meja.
. Kami mengecat dapur dengan warna kuning.
. Tolong ambilkan garam.
. Hari ini dia memakai baju biru.
. Anak-anak bermain di kebun.
. Saya kehilangan kunci.
. Sofa itu tidak muat lewat pintu.
. Malam hari kami mendengarkan musik.
. Tukang roti menyapa semua orang.
. Tetangga saya belajar bermain piano.
. Bunga-bunga itu perlu disiram.
. Dia tertawa keras mendengar lelucon itu.
. Komputernya rusak lagi.
. Nenek merajut kaus kaki.
"""
LANGUAGES["ro"] = """
~ mt.height | Muntele {e} are o înălțime de [{n} de metri]. | Ce înălțime are muntele {e}?
~ mu.open | Muzeul {e} s-a deschis în [{y}]. | În ce an s-a deschis muzeul {e}?
~ mu.hours | Muzeul {e} este deschis [între orele {a} și {b}].
~ ho.rooms | Hotelul {e} are [{n} de camere]. | Câte camere are hotelul {e}?
~ vi.people | În satul {e} locuiesc [{n} de oameni].
~ tr.time | Trenul {e} pleacă la ora [{t}]. | La ce oră pleacă trenul {e}?
~ tr.platform | Trenul {e} pleacă de la [linia {k}].
~ bk.author | Romanul „{e}” a fost scris de [{w}]. | Cine a scris romanul „{e}”?
= tin | Staniul se topește la aproximativ [232 de grade].
= panda | Ursul panda mănâncă aproape numai [bambus].
= flu | Gripa provoacă [febră mare, tuse și dureri musculare].
= thermo | Termometrul servește la [măsurarea temperaturii].
= australia | Capitala Australiei este [Canberra].
= yen | Moneda Japoniei este [yenul].
= mona | Mona Lisa a fost pictată de [Leonardo da Vinci].
= penicillin | Penicilina a fost descoperită de [Alexander Fleming].
= weather | Mâine va fi [soare, cu 24 de grade].
. Sora mea și-a spălat bicicleta.
. Câinele doarme sub masă.
. Am vopsit bucătăria în galben.
. Îmi dai sarea, te rog?
. Azi poartă un pulover albastru.
. Copiii se joacă în grădină.
. Mi-am pierdut cheile.
. Canapeaua nu încape pe ușă.
. Seara ascultăm muzică.
. Brutarul salută pe toată lumea.
. Vecinul meu cântă la pian.
. Florile au nevoie de apă.
. A râs tare de glumă.
. Calculatorul s-a stricat din nou.
. Bunica tricotează șosete.
"""
LANGUAGES["hu"] = """
~ mt.height | A {e} hegy magassága [{n} méter]. | Milyen magas a {e} hegy?
~ mu.open | A {e} Múzeum megnyitásának éve [{y}]. | Melyik évben nyílt meg a {e} Múzeum?
~ mu.hours | A {e} Múzeum [{a} órától {b} óráig] tart nyitva.
~ ho.rooms | A {e} szálloda szobáinak száma [{n}]. | Hány szobája van a {e} szállodának?
~ vi.people | A {e} nevű faluban [{n} ember] él.
~ tr.time | Vonatszám: {e}. Indulás: [{t}]. | Mikor indul a vonat, amelynek száma {e}?
~ tr.platform | Vonatszám: {e}. A vonat a(z) [{k}. vágányról] indul.
~ bk.author | A „{e}” című regény szerzője [{w}]. | Ki írta a „{e}” című regényt?
= tin | Az ón körülbelül [232 fokon] olvad.
= panda | Az óriáspanda szinte csak [bambuszt] eszik.
= flu | Az influenza tünetei: [magas láz, köhögés és izomfájdalom].
= thermo | A hőmérő [a hőmérséklet mérésére] szolgál.
= australia | Ausztrália fővárosa [Canberra].
= yen | Japán pénzneme a [jen].
= mona | A Mona Lisát [Leonardo da Vinci] festette.
= penicillin | A penicillint [Alexander Fleming] fedezte fel.
= weather | Holnap [napos idő lesz, 24 fokkal].
. A nővérem tegnap lemosta a biciklijét.
. A kutya az asztal alatt alszik.
. Sárgára festettük a konyhát.
. Ideadnád a sót?
. Ma kék pulóver van rajta.
. A gyerekek a kertben játszanak.
. Elvesztettem a kulcsaimat.
. A kanapé nem fér be az ajtón.
. Este zenét hallgatunk.
. A pék mindenkinek köszön.
. A szomszédom zongorázik.
. A virágoknak víz kell.
. Hangosan nevetett a viccen.
. A számítógép megint elromlott.
. A nagymama zoknit köt.
"""
LANGUAGES["uk"] = """
~ mt.height | Висота гори {e} становить [{n} метрів]. | Яка висота гори {e}?
~ mu.open | Музей «{e}» відкрився [{y} року]. | Якого року відкрився музей «{e}»?
~ mu.hours | Музей «{e}» працює [з {a} до {b} години].
~ ho.rooms | У готелі «{e}» є [{n} номерів]. | Скільки номерів у готелі «{e}»?
~ vi.people | У селі {e} живе [{n} людей].
~ tr.time | Потяг {e} відправляється о [{t}]. | О котрій відправляється потяг {e}?
~ tr.platform | Потяг {e} відправляється з [платформи {k}].
~ bk.author | Автор роману «{e}» — [{w}]. | Хто написав роман «{e}»?
= tin | Олово плавиться за температури близько [232 градусів].
= panda | Велика панда їсть майже лише [бамбук].
= flu | Грип спричиняє [високу температуру, кашель і біль у м'язах].
= thermo | Термометр потрібен, щоб [вимірювати температуру].
= australia | Столиця Австралії — [Канберра].
= yen | Валюта Японії — [єна].
= mona | «Мону Лізу» намалював [Леонардо да Вінчі].
= penicillin | Пеніцилін відкрив [Александр Флемінг].
= weather | Завтра буде [сонячно, до 24 градусів].
. Моя сестра вчора помила велосипед.
. Собака спить під столом.
. Ми пофарбували кухню в жовтий колір.
. Передай мені, будь ласка, сіль.
. Сьогодні він у синьому светрі.
. Діти граються в саду.
. Я загубив ключі.
. Диван не проходить у двері.
. Увечері ми слухаємо музику.
. Пекар вітається з усіма.
. Мій сусід грає на піаніно.
. Квітам потрібна вода.
. Вона голосно сміялася з жарту.
. Комп'ютер знову зламався.
. Бабуся в'яже теплі шкарпетки.
"""
LANGUAGES["el"] = """
~ mt.height | Το όρος {e} έχει ύψος [{n} μέτρα]. | Πόσο ύψος έχει το όρος {e};
~ mu.open | Το μουσείο {e} άνοιξε το [{y}]. | Πότε άνοιξε το μουσείο {e};
~ mu.hours | Το μουσείο {e} είναι ανοιχτό [από τις {a} έως τις {b}].
~ ho.rooms | Το ξενοδοχείο {e} έχει [{n} δωμάτια]. | Πόσα δωμάτια έχει το ξενοδοχείο {e};
~ vi.people | Στο χωριό {e} ζουν [{n} άνθρωποι].
~ tr.time | Το τρένο {e} αναχωρεί στις [{t}]. | Τι ώρα αναχωρεί το τρένο {e};
~ tr.platform | Το τρένο {e} αναχωρεί από την [αποβάθρα {k}].
~ bk.author | Συγγραφέας του βιβλίου «{e}»: [{w}]. | Ποιος έγραψε το βιβλίο «{e}»;
= tin | Ο κασσίτερος λιώνει περίπου στους [232 βαθμούς].
= panda | Το γιγάντιο πάντα τρώει σχεδόν μόνο [μπαμπού].
= flu | Η γρίπη προκαλεί [υψηλό πυρετό, βήχα και πόνους στους μυς].
= thermo | Με το θερμόμετρο [μετράμε τη θερμοκρασία].
= australia | Πρωτεύουσα της Αυστραλίας είναι η [Καμπέρα].
= yen | Το νόμισμα της Ιαπωνίας είναι το [γιεν].
= mona | Τη Μόνα Λίζα ζωγράφισε ο [Λεονάρντο ντα Βίντσι].
= penicillin | Την πενικιλίνη ανακάλυψε ο [Αλεξάντερ Φλέμινγκ].
= weather | Αύριο θα έχει [ήλιο και 24 βαθμούς].
. Η αδελφή μου έπλυνε χθες το ποδήλατό της.
. Ο σκύλος κοιμάται κάτω από το τραπέζι.
. Βάψαμε την κουζίνα κίτρινη.
. Μου δίνεις το αλάτι;
. Σήμερα φοράει μπλε πουλόβερ.
. Τα παιδιά παίζουν στον κήπο.
. Έχασα τα κλειδιά μου.
. Ο καναπές δεν χωράει από την πόρτα.
. Το βράδυ ακούμε μουσική.
. Ο φούρναρης χαιρετά όλους.
. Ο γείτονάς μου παίζει πιάνο.
. Τα λουλούδια χρειάζονται νερό.
. Γέλασε δυνατά με το αστείο.
. Ο υπολογιστής χάλασε πάλι.
. Η γιαγιά πλέκει κάλτσες.
"""
LANGUAGES["ko"] = """
~ mt.height | {e}산의 높이는 [{n}미터]입니다. | {e}산의 높이는 얼마입니까?
~ mu.open | {e} 박물관은 [{y}년]에 문을 열었습니다. | {e} 박물관은 몇 년에 문을 열었습니까?
~ mu.hours | {e} 박물관의 관람 시간은 [{a}시부터 {b}시까지]입니다.
~ ho.rooms | {e} 호텔에는 객실이 [{n}개] 있습니다. | {e} 호텔에는 객실이 몇 개 있습니까?
~ vi.people | {e} 마을에는 [{n}명]이 살고 있습니다.
~ tr.time | 열차 {e}은(는) [{t}]에 출발합니다. | 열차 {e} 출발 시간
~ tr.platform | 열차 {e}은(는) [{k}번 승강장]에서 출발합니다.
~ bk.author | 소설 『{e}』의 작가는 [{w}]입니다. | 소설 『{e}』의 작가는 누구입니까?
= tin | 주석은 약 [232도]에서 녹습니다.
= panda | 대왕판다는 거의 [대나무]만 먹습니다.
= flu | 독감에 걸리면 [고열, 기침, 근육통]이 나타납니다.
= thermo | 온도계는 [온도를 재는 데] 씁니다.
= australia | 오스트레일리아의 수도는 [캔버라]입니다.
= yen | 일본의 화폐는 [엔]입니다.
= mona | 모나리자는 [레오나르도 다빈치]가 그렸습니다.
= penicillin | 페니실린은 [알렉산더 플레밍]이 발견했습니다.
= weather | 내일은 [맑고 기온은 24도]가 되겠습니다.
. 여동생이 어제 자전거를 닦았습니다.
. 개가 책상 밑에서 자고 있습니다.
. 우리는 부엌을 노란색으로 칠했습니다.
. 소금 좀 건네주세요.
. 그는 오늘 파란 스웨터를 입었습니다.
. 아이들이 마당에서 놀고 있습니다.
. 열쇠를 잃어버렸습니다.
. 소파가 문을 통과하지 못합니다.
. 저녁에는 음악을 듣습니다.
. 빵집 주인은 모두에게 인사합니다.
. 옆집 사람이 피아노를 배웁니다.
. 꽃에 물을 주어야 합니다.
. 그녀는 농담을 듣고 크게 웃었습니다.
. 컴퓨터가 또 고장 났습니다.
. 할머니가 양말을 뜨고 계십니다.
"""
LANGUAGES["ar"] = """
~ mt.height | يبلغ ارتفاع جبل {e} [{n} مترًا]. | كم يبلغ ارتفاع جبل {e}؟
~ mu.open | افتُتح متحف {e} [عام {y}]. | متى افتُتح متحف {e}؟
~ mu.hours | يفتح متحف {e} أبوابه [من الساعة {a} إلى الساعة {b}].
~ ho.rooms | يضم فندق {e} [{n} غرفة]. | كم غرفة يضم فندق {e}؟
~ vi.people | يبلغ عدد سكان قرية {e} [{n} نسمة].
~ tr.time | يغادر القطار {e} في الساعة [{t}]. | متى يغادر القطار {e}؟
~ tr.platform | يغادر القطار {e} من [الرصيف رقم {k}].
~ bk.author | مؤلف رواية «{e}» هو [{w}]. | من مؤلف رواية «{e}»؟
= tin | ينصهر القصدير عند [232 درجة] مئوية تقريبًا.
= panda | لا يأكل الباندا العملاق تقريبًا إلا [الخيزران].
= flu | تسبب الإنفلونزا [حمى شديدة وسعالًا وآلامًا في العضلات].
= thermo | يُستخدم ميزان الحرارة [لقياس درجة الحرارة].
= australia | عاصمة أستراليا هي [كانبرا].
= yen | عملة اليابان هي [الين].
= mona | رسم لوحة الموناليزا [ليوناردو دا فينشي].
= penicillin | اكتشف البنسلين [ألكسندر فلمنغ].
= weather | سيكون الطقس غدًا [مشمسًا ودرجة الحرارة 24].
. غسلت أختي دراجتها أمس.
. ينام الكلب تحت الطاولة.
. دهنّا المطبخ باللون الأصفر.
. هل تناولني الملح من فضلك؟
. يرتدي اليوم سترة زرقاء.
. يلعب الأطفال في الحديقة.
. أضعت مفاتيحي.
. لا تمر الأريكة من الباب.
. نستمع إلى الموسيقى في المساء.
. يحيّي الخباز الجميع.
. يتعلم جاري العزف على البيانو.
. تحتاج الأزهار إلى الماء.
. ضحكت كثيرًا من النكتة.
. تعطل الحاسوب مرة أخرى.
. تحيك الجدة جوارب دافئة.
"""
LANGUAGES["he"] = """
~ mt.height | גובהו של הר {e} הוא [{n} מטרים]. | מה גובהו של הר {e}?
~ mu.open | מוזיאון {e} נפתח [בשנת {y}]. | באיזו שנה נפתח מוזיאון {e}?
~ mu.hours | מוזיאון {e} פתוח [משעה {a} עד שעה {b}].
~ ho.rooms | במלון {e} יש [{n} חדרים]. | כמה חדרים יש במלון {e}?
~ vi.people | בכפר {e} גרים [{n} אנשים].
~ tr.time | רכבת {e} יוצאת בשעה [{t}]. | באיזו שעה יוצאת רכבת {e}?
~ tr.platform | רכבת {e} יוצאת [מרציף {k}].
~ bk.author | מחבר הרומן "{e}" הוא [{w}]. | מי מחבר הרומן "{e}"?
= tin | בדיל ניתך בכ-[232 מעלות].
= panda | הפנדה הענקית אוכלת כמעט רק [במבוק].
= flu | שפעת גורמת [לחום גבוה, לשיעול ולכאבי שרירים].
= thermo | מדחום משמש [למדידת טמפרטורה].
= australia | בירת אוסטרליה היא [קנברה].
= yen | המטבע של יפן הוא [ין].
= mona | את המונה ליזה צייר [לאונרדו דה וינצ'י].
= penicillin | את הפניצילין גילה [אלכסנדר פלמינג].
= weather | מחר יהיה [שמשי, 24 מעלות].
. אחותי רחצה אתמול את האופניים.
. הכלב ישן מתחת לשולחן.
. צבענו את המטבח בצהוב.
. תוכל להעביר לי את המלח?
. היום הוא לובש סוודר כחול.
. הילדים משחקים בגינה.
. איבדתי את המפתחות.
. הספה לא עוברת בדלת.
. בערב אנחנו מקשיבים למוזיקה.
. האופה מברך את כולם לשלום.
. השכן שלי מנגן בפסנתר.
. הפרחים צריכים מים.
. היא צחקה מאוד מהבדיחה.
. המחשב שוב התקלקל.
. סבתא סורגת גרביים.
"""
LANGUAGES["hi"] = """
~ mt.height | {e} पर्वत की ऊँचाई [{n} मीटर] है। | {e} पर्वत की ऊँचाई कितनी है?
~ mu.open | {e} संग्रहालय [सन {y} में] खुला। | {e} संग्रहालय किस वर्ष में खुला?
~ mu.hours | {e} संग्रहालय [{a} बजे से {b} बजे तक] खुला रहता है।
~ ho.rooms | {e} होटल में [{n} कमरे] हैं। | {e} होटल में कितने कमरे हैं?
~ vi.people | {e} गाँव में [{n} लोग] रहते हैं।
~ tr.time | ट्रेन {e} [{t} बजे] छूटती है। | ट्रेन {e} कितने बजे छूटती है?
~ tr.platform | ट्रेन {e} [प्लेटफ़ॉर्म {k}] से छूटती है।
~ bk.author | उपन्यास "{e}" के लेखक [{w}] हैं। | उपन्यास "{e}" के लेखक कौन हैं?
= tin | टिन लगभग [232 डिग्री] पर पिघलता है।
= panda | विशाल पांडा लगभग केवल [बाँस] खाता है।
= flu | फ़्लू में [तेज़ बुख़ार, खाँसी और बदन दर्द] होता है।
= thermo | थर्मामीटर से [तापमान मापा जाता है]।
= australia | ऑस्ट्रेलिया की राजधानी [कैनबरा] है।
= yen | जापान की मुद्रा [येन] है।
= mona | मोना लिसा को [लियोनार्डो दा विंची] ने बनाया था।
= penicillin | पेनिसिलिन की खोज [अलेक्ज़ेंडर फ़्लेमिंग] ने की थी।
= weather | कल [धूप रहेगी और तापमान 24 डिग्री] होगा।
. मेरी बहन ने कल अपनी साइकिल धोई।
. कुत्ता मेज़ के नीचे सो रहा है।
. हमने रसोई को पीला रंग दिया।
. कृपया मुझे नमक दीजिए।
. आज उसने नीला स्वेटर पहना है।
. बच्चे बग़ीचे में खेल रहे हैं।
. मेरी चाबियाँ खो गई हैं।
. सोफ़ा दरवाज़े से नहीं निकल रहा।
. शाम को हम संगीत सुनते हैं।
. दुकानदार सबको नमस्ते करता है।
. मेरा पड़ोसी पियानो सीख रहा है।
. फूलों को पानी चाहिए।
. वह चुटकुले पर ज़ोर से हँसी।
. कंप्यूटर फिर ख़राब हो गया।
. दादी मोज़े बुन रही हैं।
"""
LANGUAGES["vi"] = """
~ mt.height | Núi {e} cao [{n} mét]. | Núi {e} cao bao nhiêu mét?
~ mu.open | Bảo tàng {e} mở cửa lần đầu [năm {y}]. | Bảo tàng {e} mở cửa lần đầu năm nào?
~ mu.hours | Bảo tàng {e} đón khách [từ {a} giờ đến {b} giờ].
~ ho.rooms | Khách sạn {e} có [{n} phòng]. | Khách sạn {e} có bao nhiêu phòng?
~ vi.people | Làng {e} có [{n} người] sinh sống.
~ tr.time | Tàu {e} khởi hành lúc [{t}]. | Tàu {e} khởi hành lúc mấy giờ?
~ tr.platform | Tàu {e} khởi hành từ [sân ga số {k}].
~ bk.author | Tác giả của tiểu thuyết "{e}" là [{w}]. | Ai là tác giả của tiểu thuyết "{e}"?
= tin | Thiếc nóng chảy ở khoảng [232 độ C].
= panda | Gấu trúc lớn hầu như chỉ ăn [tre trúc].
= flu | Bệnh cúm gây [sốt cao, ho và đau cơ].
= thermo | Nhiệt kế dùng để [đo nhiệt độ].
= australia | Thủ đô của Úc là [Canberra].
= yen | Đơn vị tiền tệ của Nhật Bản là [yên].
= mona | Bức tranh Mona Lisa do [Leonardo da Vinci] vẽ.
= penicillin | Penicillin do [Alexander Fleming] phát hiện.
= weather | Ngày mai trời [nắng, nhiệt độ 24 độ].
. Hôm qua chị tôi rửa xe đạp.
. Con chó ngủ dưới gầm bàn.
. Chúng tôi sơn nhà bếp màu vàng.
. Cho tôi xin lọ muối.
. Hôm nay anh ấy mặc áo len xanh.
. Bọn trẻ chơi trong vườn.
. Tôi bị mất chìa khóa.
. Ghế sofa không lọt qua cửa.
. Buổi tối chúng tôi nghe nhạc.
. Người bán bánh chào mọi người.
. Hàng xóm của tôi học đàn piano.
. Hoa cần được tưới nước.
. Cô ấy cười to vì câu chuyện vui.
. Máy tính lại bị hỏng.
. Bà đan tất len.
"""

NAMES = """
Mercury
planet | Mercury planet orbit time / how long does the planet Mercury take to orbit the sun? | Mercury circles the Sun in [88 days], faster than any other planet.
planet | does the planet Mercury have an atmosphere? / planet Mercury air | The planet Mercury has [hardly any air], so its nights are bitterly cold.
metal | is mercury metal toxic? / mercury metal health danger / what does mercury vapour do to people? | Mercury vapour [harms the nerves and kidneys], which is why old thermometers are collected.
metal | what is mercury the metal used for? / uses of mercury metal | Mercury was used [in thermometers and to extract gold from ore].
god | what was the Roman god Mercury in charge of? / Mercury Roman god of | To the Romans, Mercury was [the protector of merchants and travellers], with wings on his sandals.
singer | which band did Mercury sing in? / Freddie Mercury band | Freddie Mercury was the singer of [Queen] until 1991.
Jaguar
animal | what does a jaguar eat in the wild? / jaguar animal diet | The jaguar hunts [deer, capybaras and caimans], mostly at night.
animal | where do jaguars live? / jaguar cat habitat | Jaguars are cats of the [rainforests and wetlands of South and Central America].
car | where are Jaguar cars from? / Jaguar car maker origin | Jaguar began as a maker of motorcycle sidecars in [Blackpool, England].
car | who owns the Jaguar car brand? / owner of Jaguar cars | Since 2008 Jaguar has been part of [Tata Motors].
Python
snake | how does a python kill its prey? / python snake hunting | A python [coils around the animal and squeezes] until its heart stops.
snake | do pythons lay eggs? / python snake eggs | Pythons [lay eggs and curl up around them] to keep them warm.
language | who created Python the programming language? / Python language inventor | The first release of Python was written by [Guido van Rossum] in 1991.
language | how are blocks marked in Python code? / Python code blocks | In Python, blocks of code are marked [by indentation] and not by braces.
Apple
fruit | how many calories are in an apple? / apple fruit calories | A medium apple has [about 95 kilocalories], most of them from sugar.
fruit | when are apples harvested? / apple harvest time | Apples are picked [from August to October], early sorts first.
company | who founded Apple, the computer firm? / Apple company founders | Apple was started by [Steve Jobs, Steve Wozniak and Ronald Wayne] in 1976.
company | where is Apple's headquarters? / Apple company head office | Apple has its head office in [Cupertino, California].
Paris
city | which river flows through Paris, France? / river in Paris France | Paris lies on both banks of the [Seine].
texas | which county is Paris, Texas in? / Paris Texas county | Paris, Texas, is the seat of [Lamar County].
myth | whom did Paris carry off in the myth? / Paris of Troy abducted | Paris, a prince of Troy, carried off [Helen], the wife of Menelaus.
Washington
president | when was George Washington born? / George Washington birth year | Washington was born in [1732] on a farm in Virginia.
president | what was Washington's wife called? / wife of President Washington | President Washington was married to [Martha Dandridge Custis].
state | what is the capital of Washington state? / Washington state capital | The capital of the state of Washington is [Olympia].
city | which river does Washington DC lie on? / Washington DC river | Washington, D.C., lies on the [Potomac].
Amazon
river | how long is the Amazon river? / Amazon river length | The Amazon flows for [about 6,400 kilometres] to the Atlantic.
company | what did Amazon sell at first? / Amazon company first product | When Amazon opened its website in 1995, it sold only [books].
myth | who were the Amazons in Greek myth? / Amazons of Greek legend | In Greek legend the Amazons were [a people of women warriors].
Cambridge
england | which river flows through Cambridge, England? / Cambridge England river | In Cambridge, England, people go punting on the [River Cam].
usa | which universities are in Cambridge, Massachusetts? / Cambridge Massachusetts universities | Cambridge, Massachusetts, is home to [Harvard University and MIT].
Java
island | what is the largest city on the island of Java? / biggest city on Java island | [Jakarta] is the biggest city on Java.
island | are there volcanoes on the island of Java? / Java island volcanoes | Java has [dozens of volcanoes, among them Merapi].
language | which firm developed the Java programming language? / Java language developed by | The language Java came from [Sun Microsystems] in 1995.
Crane
bird | how do cranes court? / crane birds courtship | Cranes [dance: they bow, jump and throw up twigs].
bird | where do cranes spend the winter? / crane birds winter quarters | Cranes from the north fly to [Spain and North Africa] in autumn.
machine | how much can the crane on the building site lift? / construction crane load | The crane on the site lifts [up to eight tonnes].
author | who wrote The Red Badge of Courage, Crane? / Stephen Crane war novel | [The Red Badge of Courage] is the war novel of Stephen Crane.
Bass
fish | what does sea bass eat? / sea bass fish food | Sea bass feed on [shrimps, crabs and small fish].
guitar | how many strings does a bass guitar have? / bass guitar strings | A bass guitar usually has [four strings].
Turkey
bird | what do wild turkeys eat? / wild turkey bird food | Wild turkeys scratch the ground for [acorns, seeds and insects].
bird | how long do you roast a turkey? / turkey roasting time | A turkey of five kilos roasts for [about three hours].
country | what is the capital of Turkey? / Turkey country capital | The capital of Turkey is [Ankara].
country | what currency is used in Turkey? / money in Turkey the country | People in Turkey pay with the [lira].
Lincoln
president | who shot President Lincoln? / Abraham Lincoln killed by | President Lincoln was shot in a theatre by [John Wilkes Booth].
city | how old is the cathedral in Lincoln, England? / Lincoln England cathedral age | The cathedral of Lincoln in England was begun in [1072].
nebraska | which state is Lincoln the capital of? / Lincoln capital city of state | Lincoln is the capital of [Nebraska].
Newton
physicist | what did Isaac Newton study? / Isaac Newton laws | Newton put forward [three laws of motion] in 1687.
physicist | when did Isaac Newton die? / death of Newton the physicist | Isaac Newton died in [1727].
unit | what does the newton measure? / newton unit of | The newton is the unit of [force].
Venus
planet | how hot is the planet Venus? / Venus planet temperature | The surface of Venus is [about 465 °C] hot, beneath thick clouds.
goddess | what was the goddess Venus in charge of? / Venus Roman goddess of | In Roman belief Venus watched over [love and beauty].
tennis | how often did Venus Williams win Wimbledon singles? / Venus Williams Wimbledon titles | Venus Williams won the singles at Wimbledon [five times].
Mars
planet | how many moons does the planet Mars have? / Mars planet moons | Mars is circled by [two small moons, Phobos and Deimos].
god | what was the Roman god Mars in charge of? / Mars god of | Mars was the Roman god of [war].
company | what does the company Mars make? / Mars company products | Mars is a family firm known for [chocolate bars and pet food].
Saturn
planet | what are the rings of Saturn made of? / Saturn planet rings material | The rings of Saturn are mostly [lumps of water ice].
god | what was the Roman god Saturn in charge of? / Saturn Roman god of | Saturn was the Roman god of [sowing and the harvest].
Titan
moon | which planet does the moon Titan orbit? / moon Titan planet | The moon Titan circles [Saturn] once in sixteen days.
myth | who were the parents of the Titans in Greek myth? / Titans Greek myth parents | The Titans of Greek myth were children of [Uranus and Gaia].
Mustang
horse | where do mustangs live? / wild mustang horses home | Mustangs are horses that roam free [in the west of the United States].
car | who makes the Mustang car? / Mustang car maker | The Mustang sports car has been built by [Ford] since 1964.
Beetle
insect | how many legs does a beetle have? / beetle insect legs | Like all insects a beetle has [six legs].
car | who built the Beetle car? / Beetle car maker | The Beetle was a car made by [Volkswagen].
Mouse
animal | how long do house mice live? / house mouse lifespan | A house mouse in the wild lives [about a year].
computer | who invented the computer mouse? / computer mouse inventor | The first mouse for computers was built by [Douglas Engelbart] and his team.
Bat
animal | how do bats find their way at night? / bats animals navigation | Bats [send out high calls and listen for the echo].
sport | what wood are cricket bats made of? / cricket bat wood | A cricket bat is carved from [willow].
Seal
animal | what do grey seals eat? / seal animal diet | Grey seals live on [sand eels, cod and other fish].
stamp | what was a royal seal made of? / wax seal material on letters | The seal on old letters was pressed into [beeswax].
singer | who sings Kiss from a Rose? Seal / Seal singer famous song | The singer Seal had a hit with [Kiss from a Rose].
Nut
food | are peanuts botanically nuts? / nut botany peanut | In botany the peanut is [a legume and no nut].
hardware | which tool tightens a nut? / tool for nuts and bolts | The nut on a bolt is tightened with [a spanner].
Bolt
runner | what is Usain Bolt's record over 100 metres? / Usain Bolt 100 m time | Bolt ran the hundred metres in [9.58 seconds] in Berlin.
hardware | what is a bolt for? / bolt fastener use | A bolt [joins two parts and is held by a nut].
Phoenix
city | which state is the city of Phoenix in? / Phoenix city state | Phoenix is the largest city of [Arizona].
bird | how is the phoenix reborn in legend? / legend phoenix bird rebirth | The phoenix of legend [burns itself and rises from the ashes].
actor | which film won Joaquin Phoenix an Oscar? / Joaquin Phoenix Oscar film | Joaquin Phoenix won an Oscar for [Joker].
Georgia
country | what is the capital of Georgia in the Caucasus? / Georgia country capital | [Tbilisi] is the capital of the republic of Georgia.
state | what is the capital of the US state of Georgia? / Georgia US state capital | The US state of Georgia is governed from [Atlanta].
painter | what did Georgia O'Keeffe paint? / Georgia O'Keeffe subjects | Georgia O'Keeffe painted [large flowers and desert bones].
Jordan
country | what is the capital of Jordan? / Jordan country capital | Jordan is a kingdom with [Amman] as its capital.
river | where does the river Jordan end? / Jordan river mouth | The Jordan flows into [the Dead Sea].
player | which team did Michael Jordan win titles with? / Michael Jordan team | Michael Jordan won six titles with [the Chicago Bulls].
Chad
country | what is the capital of Chad? / Chad country capital | The seat of government of Chad is [N'Djamena].
lake | which countries border Lake Chad? / Lake Chad countries | The shores of Lake Chad are shared by [Chad, Cameroon, Niger and Nigeria].
Victoria
queen | when did Queen Victoria die? / Queen Victoria death year | Queen Victoria died in [1901] on the Isle of Wight.
lake | which river flows out of Lake Victoria? / Lake Victoria outflow | The [White Nile] leaves Lake Victoria near Jinja.
australia | what is the capital of the Australian state of Victoria? / Victoria state Australia capital | In the state of Victoria, Australia, the capital is [Melbourne].
Sydney
city | who designed the opera house in Sydney, Australia? / Sydney Australia opera house architect | The opera house in Sydney was designed by [Jørn Utzon].
canada | which island is Sydney, Nova Scotia on? / Sydney Nova Scotia island | Sydney in Nova Scotia lies on [Cape Breton Island].
London
england | which river flows through London, England? / London England river | London, England, grew up on the [Thames].
ontario | in which Canadian province is the other London? / London Canada province | There is a London in Canada too, in the province of [Ontario].
writer | what did Jack London write? / Jack London novel | Jack London wrote [The Call of the Wild].
Birmingham
england | what was Birmingham, England known for making? / Birmingham England industry | Birmingham in England was known for [buttons, pens and metal goods].
alabama | which industry built Birmingham, Alabama? / Birmingham Alabama industry | Birmingham, Alabama, grew up around [iron and steel].
Vienna
austria | which composer died in Vienna, Austria, in 1791? / Vienna Austria composer death 1791 | [Mozart] died in Vienna, Austria, in 1791.
virginia | which county is Vienna, Virginia in? / Vienna Virginia county | Vienna is also a town in [Fairfax County], Virginia.
Athens
greece | what stands on the Acropolis in Athens, Greece? / Athens Greece Acropolis temple | On the Acropolis of Athens stands [the Parthenon].
georgia | which university is in Athens, Georgia? / Athens Georgia university | Athens, Georgia, is home to [the University of Georgia].
Rhodes
island | which sea does the island of Rhodes lie in? / island of Rhodes sea | The island of Rhodes lies in the [Aegean], close to Turkey.
person | what did Cecil Rhodes found? / Cecil Rhodes diamond company | Cecil Rhodes founded the diamond company [De Beers].
Columbus
explorer | when did Columbus cross the Atlantic for the first time? / Christopher Columbus first voyage year | Christopher Columbus first crossed the Atlantic in [1492].
city | which state is Columbus the capital of? / Columbus city state capital | Columbus is the capital of [Ohio].
Houston
city | which space centre is in the city of Houston? / Houston Texas space centre | Near the city of Houston lies [the Johnson Space Center].
singer | which film did Whitney Houston star in? / Whitney Houston film | Whitney Houston starred in [The Bodyguard].
Madison
president | which number was President Madison? / James Madison president number | James Madison was the [fourth] president of the United States.
city | which state is the city of Madison the capital of? / Madison city capital of state | The city of Madison is the capital of [Wisconsin].
Hudson
river | which city does the Hudson river reach the sea at? / Hudson river mouth city | The Hudson reaches the sea at [New York City].
explorer | what was Henry Hudson looking for? / Henry Hudson explorer search | Henry Hudson sailed in search of [a northern passage to Asia].
Pascal
person | when was Blaise Pascal born? / Blaise Pascal birth year | Blaise Pascal was born in [1623] in Clermont.
unit | what does the unit pascal measure? / pascal unit of | The pascal is a unit of [pressure].
language | who designed the Pascal programming language? / Pascal language designer | The programming language Pascal was designed by [Niklaus Wirth].
Watt
person | what did James Watt improve? / James Watt invention | James Watt improved [the steam engine].
unit | what does the unit watt measure? / watt unit of | The watt is the unit of [power].
Kelvin
person | where did Lord Kelvin teach? / Lord Kelvin university | Lord Kelvin taught at [the University of Glasgow].
unit | what does the unit kelvin measure? / kelvin unit of | The kelvin is a unit of [temperature].
Tesla
person | where was Nikola Tesla born? / Nikola Tesla birthplace | Nikola Tesla was born in [Smiljan], a village in today's Croatia.
company | what does the company Tesla make? / Tesla company products | Tesla builds [electric cars and batteries].
unit | what is measured in tesla? / tesla unit of | The tesla is the unit of [magnetic flux density].
Ford
person | where was Henry Ford born? / Henry Ford birthplace | Henry Ford was born on a farm [near Dearborn, Michigan].
president | whom did Gerald Ford follow as president? / President Ford predecessor | Gerald Ford became president after [Richard Nixon].
river | what is a ford in a river? / ford river crossing meaning | A ford is [a shallow place where a river can be crossed on foot].
Shell
company | what does the company Shell sell? / Shell company business | The company Shell sells [oil and gas].
animal | what are snail shells made of? / snail shell material | A snail's shell consists mostly of [calcium carbonate].
computer | what is a shell in Unix? / Unix shell program | In Unix a shell is [a program that reads commands and runs them].
Queen
band | who was the guitarist of the band Queen? / Queen band guitarist | The guitarist of Queen is [Brian May].
chess | how does the queen move in chess? / chess queen moves | In chess the queen moves [any number of squares in every direction].
bee | how long does a queen bee live? / queen bee lifespan | The queen of a bee colony lives [two to five years].
Genesis
band | who was the drummer of the band Genesis? / Genesis band drummer | The drummer of Genesis was [Phil Collins].
bible | how many chapters does the book of Genesis have? / Genesis Bible chapters | The book of Genesis has [fifty chapters].
Nirvana
band | where was the band Nirvana formed? / Nirvana band origin | The band Nirvana was formed in [Aberdeen, Washington].
belief | what is nirvana in Buddhism? / nirvana Buddhism meaning | In Buddhism nirvana is [the end of craving and of rebirth].
Blackberry
fruit | when do blackberries ripen? / blackberry fruit season | Wild blackberries ripen in [August and September].
phone | what were BlackBerry phones known for? / BlackBerry phone feature | BlackBerry phones were known for [their small keyboards].
Orange
fruit | which vitamin are oranges rich in? / orange fruit vitamin | Oranges are rich in [vitamin C].
house | which Dutch family is called Orange? House of Orange / House of Orange country | The House of Orange is the royal family of [the Netherlands].
Oasis
band | who was the singer of the band Oasis? / Oasis band singer | The singer of Oasis was [Liam Gallagher].
desert | what is an oasis in the desert? / desert oasis meaning | In a desert an oasis is [a green place with water].
Bush
president | whom did George W. Bush follow as president? / George W. Bush predecessor | George W. Bush followed [Bill Clinton] in office.
plant | when should you prune a rose bush? / pruning rose bush time | A rose bush is pruned [in early spring].
Churchill
person | which prize for literature did Winston Churchill win? / Winston Churchill literature prize | Winston Churchill was given [the Nobel Prize in Literature] in 1953.
town | which animals do tourists watch in Churchill, Manitoba? / Churchill Manitoba animals | To Churchill in Manitoba tourists come to see [polar bears].
Darwin
person | which ship did Charles Darwin sail on? / Charles Darwin ship | Charles Darwin sailed around the world on [HMS Beagle].
city | which Australian territory is Darwin the capital of? / Darwin city capital of | The city of Darwin is the capital of [the Northern Territory].
Nelson
admiral | in which battle did Admiral Nelson die? / Admiral Nelson death battle | Admiral Nelson died at [Trafalgar].
mandela | how long was Nelson Mandela in prison? / Nelson Mandela years in prison | Nelson Mandela was imprisoned for [27 years].
city | on which island is the New Zealand city of Nelson? / Nelson New Zealand island | The New Zealand city of Nelson lies on [the South Island].
Wellington
duke | where did the Duke of Wellington beat Napoleon? / Duke of Wellington victory over Napoleon | The Duke of Wellington beat Napoleon at [Waterloo].
city | which country is Wellington the capital of? / Wellington capital city country | Wellington is the capital of [New Zealand].
boot | what are wellington boots made of? / wellington boots material | Wellington boots are nowadays made of [rubber].
Raleigh
person | which queen did Walter Raleigh serve? / Walter Raleigh queen | Sir Walter Raleigh served [Elizabeth I].
city | which state is Raleigh the capital of? / Raleigh city state | The city of Raleigh is the capital of [North Carolina].
Cork
city | which river flows through the Irish city of Cork? / Cork Ireland river | The Irish city of Cork lies on the river [Lee].
material | which tree does cork come from? / cork material tree | Cork is the bark of [an oak of the Mediterranean].
Nice
city | on which sea is the French city of Nice? / Nice France sea | The French city of Nice lies on [the Mediterranean].
software | what does the Unix command nice do? / Unix nice command | In Unix, nice [starts a program with another priority].
Reading
town | which river does the English town of Reading lie on? / Reading town England river | The English town of Reading lies on the [Thames and the Kennet].
skill | at what age do children learn reading? / learning reading age children | Most children learn reading [between five and seven].
Polish
language | how many cases does the Polish language have? / Polish language cases | The Polish language has [seven cases].
shoe | what is shoe polish made of? / shoe polish ingredients | Shoe polish is made from [wax, oil and dye].
Cricket
sport | how many players are in a cricket team? / cricket sport team size | A team in the sport of cricket has [eleven players].
insect | how do crickets chirp? / cricket insect sound | A cricket chirps by [rubbing its wings together].
Pitcher
baseball | where does the pitcher stand in baseball? / baseball pitcher position | In baseball the pitcher stands [on a small mound].
plant | how do pitcher plants catch insects? / pitcher plant trap | Pitcher plants catch insects [in leaves with slippery walls].
Bark
tree | what is the bark of a tree for? / tree bark purpose | The bark of a tree [shields it from drying out and from pests].
dog | why do dogs bark at strangers? / dogs bark at strangers reason | Dogs bark at strangers [to warn their pack].
Mole
animal | what do moles eat? / mole animal food | The mole lives on [earthworms].
unit | how many particles are in a mole? / mole chemistry number | One mole of a substance has [about 6.022 × 10²³ particles].
skin | when should a mole on the skin be checked? / skin mole check | A mole on the skin should be seen by a doctor [when it grows or changes colour].
Keyboard
computer | what is the top row of letters on an English computer keyboard? / computer keyboard letters row | The upper row of letters on an English keyboard begins with [QWERTY].
music | how many keys does a piano keyboard have? / piano keyboard keys | The keyboard of a piano has [88 keys].
Trunk
elephant | what does an elephant use its trunk for? / elephant trunk use | With its trunk an elephant [breathes, drinks and grasps].
car | what is the trunk of a car called in Britain? / car trunk British word | The trunk of a car is called [the boot] in Britain.
Pluto
planet | who discovered Pluto, the dwarf planet? / dwarf planet Pluto discoverer | The dwarf planet Pluto was discovered by [Clyde Tombaugh].
dog | who is the owner of Pluto in the Disney cartoons? / Pluto Disney dog owner | In the Disney cartoons the dog Pluto belongs to [Mickey Mouse].
god | what did the god Pluto rule? / Pluto god of | In the ancient world the god Pluto ruled [the underworld].
Rust
metal | what causes rust on iron? / iron rust cause | Rust forms when iron meets [water and oxygen].
language | who started the Rust programming language? / Rust language creator | The programming language Rust was begun by [Graydon Hoare].
Swift
bird | how do swifts sleep? / swift bird sleep | The swift sleeps [in the air, on the wing].
writer | which novel about Lilliput did Jonathan Swift write? / Jonathan Swift novel Lilliput | Jonathan Swift wrote [Gulliver's Travels].
language | which company made the Swift programming language? / Swift language maker | The programming language Swift comes from [Apple].
"""

NAMES += """
Mint
plant | how does mint spread in the garden? / mint plant spread garden | Mint spreads by [runners under the soil].
coins | what is made in a mint? / mint coins factory | In a mint [coins] are struck.
Palm
tree | do coconut palm trees have branches? / palm tree branches | Palm trees have [no branches, only a crown of leaves].
hand | how many bones are in the palm of the hand? / palm of the hand bones | The palm of the hand is held by [five bones].
Spring
season | when does spring begin in the northern hemisphere? / spring season start | North of the equator the season of spring begins [in March].
coil | what is a spring in a clock for? / clock spring purpose | The spring in a clock [stores the energy that drives the hands].
Fan
device | does a fan cool the air in a room? / fan device room temperature | An electric fan [only moves the air and does not make it colder].
person | what are football fans wearing? / football fans clothing | Football fans wear [scarves in their club's colours].
Hamburg
germany | which river flows through Hamburg, Germany? / Hamburg Germany river | Hamburg in Germany has its port on the [Elbe].
newyork | which lake is Hamburg, New York near? / Hamburg New York lake | The town of Hamburg, New York, lies near [Lake Erie].
Toledo
spain | what was Toledo, Spain famous for making? / Toledo Spain craft | Toledo in Spain was famous for [its swords].
ohio | what is made in Toledo, Ohio? / Toledo Ohio industry | Toledo, Ohio, is called the city of [glass].
Valencia
spain | which rice dish comes from Valencia, Spain? / Valencia Spain rice dish | From Valencia in Spain comes [paella].
venezuela | which lake is Valencia, Venezuela close to? / Valencia Venezuela lake | Valencia in Venezuela lies close to [a lake of the same name].
Diesel
person | what did Rudolf Diesel invent? / Rudolf Diesel invention | Rudolf Diesel invented [an engine that ignites fuel by compression].
actor | which film series made the actor Vin Diesel famous? / Vin Diesel film series | The actor Vin Diesel became famous with [The Fast and the Furious].
Volt
unit | what does the unit volt measure? / volt unit of | The volt is the unit of [electric potential].
car | which firm sold the Chevrolet Volt? / Chevrolet Volt car type | The Chevrolet Volt is [a plug-in hybrid by General Motors].
Bishop
chess | how does the bishop move in chess? / chess bishop moves | In chess the bishop moves [along the diagonals].
church | what does a bishop of the church lead? / church bishop leads | A bishop of the church leads [a diocese].
"""

STUFFING += """
how do I descale a kettle?|[Fill it half with vinegar and half with water, bring it to the boil and leave it for an hour].|[Citric acid dissolves the chalk] in twenty minutes.
why is my phone so slow|[Storage is nearly full or too many programs run in the background]; a restart often helps.|[An old battery makes the processor throttle itself].
how to ripen bananas fast|[Put them in a paper bag with an apple].|[Fifteen minutes in the oven turn them soft and sweet].
what is good for a sore throat?|[Warm tea with honey, gargling with salt, and rest].|[Suck lozenges and drink plenty].
how to whistle with fingers|[Curl the tongue back, press two fingertips on it, close the lips around them, and blow].|[Wet your lips and push the air over the folded tongue].
why do dogs eat grass?|[Perhaps to settle the stomach, or simply since they like the taste].|[It is normal behaviour inherited from wolves], who swallow plants too.
how can I get rid of moss in my lawn|[Rake it out in spring, add lime, and cut back branches that cast shade].|[Iron sulphate kills it]; reseed the gaps afterwards.
how long does concrete take to dry?|[It can be walked on after a day or two and is fully hard after four weeks].|[About twenty-eight days] until it reaches its strength.
what does a notary do?|[He or she certifies signatures and draws up deeds].|[Witnesses important papers such as wills and house sales].
how to sharpen a kitchen knife|[Draw the blade over a wet stone at twenty degrees], first one side, then the other.|[A few strokes on a steel] restore the edge.
why does my bread not rise|[The yeast was dead or the dough stood too cold].|[Too much salt or old yeast] holds it flat.
how to stop snoring|[Sleep on your side, lose some weight, and skip alcohol in the evening].|[A splint that pulls the jaw forward] keeps the airway open.
what is compound interest?|[What you earn is added to the sum, and from then on earns as well].|[Gains are paid on earlier gains], so that savings grow ever faster.
how do I change a bicycle tyre?|[Take the wheel out, lever the rubber off the rim, swap the tube, and pump].|[Let the air out, lift one edge with two levers] and pull the inner part out.
why do my ears pop on a plane|[Pressure in the cabin falls faster than behind the eardrum].|[Air has to pass through a narrow tube to even out the pressure].
how to store potatoes|[Dark, cool and dry, never next to onions].|[In a wooden box in the cellar, covered with cloth].
what is the purpose of an appendix in the body?|[It seems to be a shelter for useful gut bacteria].|[Perhaps it trains the immune system]; one can live without it.
how to calm a crying baby|[Hold it close, rock it gently, and hum].|[Check for hunger and a wet nappy, then carry it around].
how to prevent blisters when hiking|[Wear two pairs of thin socks and boots that are broken in].|[Tape the heel before you set out].
what causes rainbows?|[Sunlight is bent and split inside falling drops].|[Each drop acts as a tiny prism].
how do I make my own yogurt|[Warm milk to 42 degrees, stir in a spoon of a live culture, keep it warm overnight].|[Add a starter to lukewarm milk and leave it in a thermos flask].
how to get gum out of hair|[Rub in peanut butter or oil and comb it out].|[Freeze it with an ice cube and break it off].
why do we need sleep?|[The brain clears waste and stores memories], and tissue is repaired.|[During the night hormones restore the body].
how to read a barcode|[Widths of black and white stripes stand for digits], the last of which is a check.|[A laser measures dark and light bars and turns them into figures].
what is a good tip in a restaurant?|[Five to ten per cent in Germany, around twenty in the United States].|[Round up the bill, or add a tenth] if the waiter was kind.
how do solar panels work?|[Light knocks electrons loose in silicon, and these flow as a current].|[Photons free charges in a semiconductor].
how to paint a ceiling without streaks|[Roll towards the window, wet in wet, and do not stop halfway].|[Work in strips with a long-haired roller] and keep the edge moist.
why does milk turn sour|[Bacteria change lactose into acid].|[Microbes feed on its sugar], and what they give off curdles it.
how to open a jar that is stuck|[Tap the lid on the table edge, or hold it under hot water].|[Slip a spoon under the rim until the vacuum hisses].
what is the best time to prune apple trees|[Late winter, on a day without frost].|[February or March], before the buds open.
how to help a bird that hit a window|[Put it in a dark box with holes and let it rest for an hour or two].|[Keep cats away, leave it in the quiet], and free it when it stirs.
why do old books smell?|[Paper breaks down and gives off scents like vanilla].|[Decaying lignin releases volatile compounds].
how to prepare for a job interview|[Find out about the firm, rehearse answers aloud, and lay out your clothes the evening before].|[Think of three stories that show what you can do].
how does a refrigerator work?|[A fluid evaporates inside, taking heat with it, and gives it off at the back].|[A compressor pumps heat from within to the outside].
how to grow basil on a windowsill|[A bright spot, water from below, and pick only the tips].|[Repot it at once into four pots] and give it sun.
why are flamingos pink?|[The colour comes from pigments in the shrimps and algae they feed on].|[Carotenoids in their diet] tint the feathers.
what to pack for a camping trip|[Tent, sleeping bag, stove, torch, first-aid kit and rain jacket].|[Something to sleep in, something to cook on, and dry socks].
how to stop a door from squeaking|[A drop of oil on the hinges].|[Pull out the pins, rub them with candle wax, and put them back].
how does gps know where I am|[It times signals from at least four satellites].|[The receiver compares the arrival of radio waves from orbit].
how to cook rice without sticking|[Rinse it until the water stays clear, use two parts liquid to one, and do not stir].|[Wash off the starch first] and let it steam with the lid on.
why is gold so expensive|[There is little of it, it never tarnishes, and many want it].|[Mining it costs a lot, and demand exceeds supply].
how to treat a burn|[Hold it under cool running water for ten to twenty minutes and cover it loosely].|[Cool at once, no ice, no butter]; see a doctor if it is larger than your palm.
what is inflation?|[Prices rise in general, so that money buys less].|[The purchasing power of a currency falls].
how to keep cut flowers fresh|[Trim the stems slantwise, change the water every other day, keep them away from fruit].|[A pinch of sugar and a cool place at night].
how to remember names|[Say it aloud at once and link it to a picture].|[Repeat it in the talk and tie it to a feature of the face].
why do cats knead|[A habit from kittenhood, when it made the mother's milk flow].|[They mark a place with scent glands in their paws] and show that they feel safe.
how do noise cancelling headphones work|[A microphone picks up the din and the speaker plays its mirror image].|[Opposite waves wipe each other out].
how to get wax off a tablecloth|[Lay blotting paper on it and iron over it].|[Chill, scrape with a blunt knife, and draw out the rest with a warm iron].
how to start running|[Walk and jog by turns for twenty minutes, three times a week].|[Go slowly enough to talk] and rest a day in between.
why do stars twinkle?|[Their light is bent to and fro by moving air].|[Turbulence in the atmosphere] shakes the beam.
"""

NEGATION += """
do snakes have ears? / snakes ears|[Snakes have no outer ears]; they feel tremors with the jaw. / [No, snakes lack ears one could see].|Snakes shed their skin several times a year.|Snakes swallow their prey whole.
which fruit should not be kept in the fridge? / fruit not in the fridge|[Bananas] lose their taste in the cold and do not belong in the fridge. / [Keep mangoes and bananas out of the refrigerator].|The fridge is set to seven degrees.|The fridge has a drawer for vegetables.
can humans breathe on Mars? / breathe on Mars|[No, the air of Mars holds hardly any oxygen]. / On Mars [nobody could breathe without a suit].|Mars has the highest volcano of the solar system.|A day on Mars is a little longer than ours.
is the bridge open to lorries? / bridge lorries allowed|[Lorries may no longer use the bridge]. / The bridge is [open to cars only, not to lorries].|The bridge was built of steel.|The bridge is lit at night.
what is not covered by the travel insurance? / travel insurance exclusions|[Losses through war and illnesses known beforehand] are not covered by the travel insurance. / The policy pays for everything [except sports accidents].|The travel insurance costs thirty euros.|The travel insurance is taken out online.
does the train stop in Benton on Sundays? / train Benton Sunday stop|[On Sundays the train passes Benton without stopping]. / [No, trains stop in Benton on weekdays only].|The train to Benton has bicycle racks.|The station of Benton was built of brick.
which continent has no native ants? / continent without ants|[Antarctica] is the one continent where no ants live. / Ants are native everywhere but in [Antarctica].|Ants live in colonies with a queen.|Ants can carry many times their weight.
did the company make a profit? / company profit|[The company made no profit last year]. / [No, the company closed the year with a loss].|The company opened an office in Oslo.|The company was founded by two brothers.
"""
