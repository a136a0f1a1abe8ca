"""Name every command and group, with its summary; importing this imports none of them."""

#: in the order of work; each is the first line of the help in pipeline/cli/NAME.py
COMMANDS = {
    "start": "Do a survey's first day: init, bootstrap, 30 days, train, run.",
    "init": "Write living-survey.toml and create the database.",
    "bootstrap": "Import the curated list as approved decisions.",
    "run": "Run one cycle: fetch, classify. What cron calls.",
    "fetch": "Fetch announcements and records from arXiv.",
    "classify": "Classify every paper that the current model has not scored.",
    "train": "Train a model on all standing decisions.",
    "evaluate": "Measure the model on decisions later than its training.",
    "drift": "Measure whether the model still fits the new papers.",
    "backfill": "Harvest a past window; can be stopped and resumed.",
    "import": "Import arXiv's bulk snapshot; can be stopped and resumed.",
    "add": "Add single papers to the queue by hand.",
    "queue": "Show the papers that wait for a decision; all conditions hold together.",
    "decide": "Record a decision on one or several papers, or many from a file.",
    "inbox": "Show decided papers that changed at arXiv, and answer one.",
    "doubles": "Show papers that are perhaps the same work, and answer.",
    "conflicts": "Show papers on which two people differ, and give the third word.",
    "agreement": "Show how far people agree: with others, with themselves, over time.",
    "undo": "Take back your last act: a decision, or all recorded together.",
    "decisions": "Show the decisions, latest first, and how many stand.",
    "why": "Show why the model scores a paper as it does.",
    "audit": "Estimate how many relevant papers are still unseen.",
    "plan": "Show how the queue develops, or plan a session.",
    "serve": "Serve the approval queue as web pages.",
    "mcp": "Let an application with a language model read the survey.",
    "api": "Write the OpenAPI document of the JSON API.",
    "issue": "Show how far the digest of a week is, or edit, build and approve it.",
    "digest": "Build one week's digest of approved papers.",
    "publish": "Publish what was approved: the list, the digest, the feeds, the site.",
    "enrich": "Ask Crossref, OpenAlex and GitHub about approved papers.",
    "translate": "Translate titles and abstracts of approved papers by machine.",
    "lint": "Find faults of the curated list, and fix what is safe.",
    "export": "Write approved papers as BibTeX, RIS, CSL-JSON, CSV, JSON Lines or Parquet.",
    "prisma": "Show how many papers were found, screened, excluded and included.",
    "verify": "Build everything published again and compare the bytes.",
    "trace": "Show how a paper came to be published.",
    "schedule": "List the jobs with their next times, or print units that run them.",
    "status": "Show what is held, what ran, what is complete.",
    "doctor": "Report what is wrong and how to fix it.",
    "backup": "Copy the database into one file, safely while others use it.",
    "archive": "Show the archive of raw responses, or tidy it by its policy.",
    "restore": "Replace the database by a backup.",
    "release": "Write a version of the list that can be cited and archived.",
    "freeze": "End the survey well, or take it up again.",
    "handover": "Write a bundle from which a new machine publishes the same bytes.",
    "sections": "List the taxonomy's sections with their ids.",
    "reasons": "List the reasons for rejecting a paper, with their codes.",
    "hub": "Serve what this survey holds to other surveys, so that arXiv is asked once for all.",
    "demo": "Show every step on bundled papers, offline.",
    "replica": "Serve papers as a local arXiv on 127.0.0.1.",
}

#: group -> (its summary, its commands); all of a group are in pipeline/cli/GROUP.py
GROUPS = {
    "model": (
        "List, show and compare the kept models, or return to an older one.",
        {
            "list": "List the kept models; the one in use is marked.",
            "show": "Show what a model was trained on and how it was measured.",
            "diff": "Show which papers of the queue another model would move.",
            "rollback": "Put an older model to use again, with its predictions.",
        },
    ),
    "taxonomy": (
        "Check, compare and change the survey's taxonomy.",
        {
            "check": "Check a taxonomy's file, cue words and decisions.",
            "diff": "Show what differs between two taxonomies.",
            "migrate": "Show what a new taxonomy changes; --apply records it.",
        },
    ),
    "mail": (
        "Send issues by mail, and show what became of every mail.",
        {
            "send": "Send a published issue to everybody who confirmed.",
            "status": "Show the receipts: confirmed = sent + suppressed + failed + uncertain.",
            "test": "Send one mail to one address, made as every mail of the issue is made.",
            "preview": "Write the mail of an issue to files, as it would be sent; nothing is sent.",
            "resolve": "Decide on mails that may have arrived or not, or that failed.",
            "close": "End the mails of an issue: no one else gets it.",
            "confirmations": "Send the mails that ask people to confirm, if any wait.",
            "bounces": "Read the bounce mailbox: failed deliveries, complaints, wishes to leave.",
            "suppress": "List addresses that get no more mail; suppress one by hand, or lift it.",
        },
    ),
    "alerts": (
        "List what is wrong, tell the operator, or accept it with a reason.",
        {
            "list": "List the alarms that stand, with the remedies.",
            "send": "Look for what is wrong, and tell what is new or over.",
            "accept": "Accept an alarm that stands, with the reason.",
            "test": "Send a test message in each way of [alerts], and show what each answered.",
        },
    ),
    "ruling": (
        "List rulings, make or withdraw one, export them to a file, or import it.",
        {
            "list": "List the rulings: decisions kept as precedent.",
            "show": "Show the ruling on a paper, its history, and what contradicts it.",
            "add": "Keep a paper's standing decision as precedent, or revise its ruling.",
            "withdraw": "Withdraw the ruling on a paper; it stays on record.",
            "export": "Write the rulings to their file, plain text for a repository.",
            "import": "Record what people changed in the file of rulings.",
        },
    ),
    "rule": (
        "List rules that decide without a person; replay, enable, sample or undo one.",
        {
            "list": "List the rules, what they decided, and whether they act.",
            "replay": "Show what a rule would have decided of past decisions.",
            "enable": "Let a rule act from the next run on, after its replay.",
            "disable": "Let a rule act no more; its decisions stay.",
            "sample": "List drawn decisions of rules that wait for a person.",
            "undo": "Take back all that a rule decided, as one.",
        },
    ),
    "second-look": (
        "Find old decisions that a model which did not see them contradicts.",
        {
            "list": "List the decisions that were contradicted most.",
            "find": "Score every decided paper by a model that did not learn from it.",
            "confirm": "Keep decisions; they are not offered again.",
        },
    ),
    "ledger": (
        "List announcement days, accept one as it is, or remove days that never were.",
        {
            "list": "List the announcement days of each category.",
            "accept": "Accept a day that stays incomplete, with the reason.",
            "prune": "Show days to remove from the ledger; --apply removes them.",
        },
    ),
    "subscribers": (
        "List, add, import, export or remove people who receive mail.",
        {
            "list": "List who receives mail, with how many are in each state.",
            "add": "Ask people to subscribe; they are when they confirm.",
            "import": "Import people who agreed elsewhere.",
            "export": "Write subscribers as CSV, or all that is held of one person.",
            "remove": "End subscriptions, or erase addresses too.",
            "allow": "Let mails that ask to confirm go to people again who once wanted none.",
            "rekey": "Go on with a new key after DATABASE.subscriber-key was lost.",
        },
    ),
    "reviewer": (
        "List, add, change or disable the accounts of a team.",
        {
            "list": "List the accounts with their roles, passwords and sessions.",
            "add": "Add an account to the team; the first must be an admin's.",
            "password": "Set the password of an account, or make a link that sets it once.",
            "role": "Change what an account may do: reviewer, publisher or admin.",
            "disable": "End the sessions and tokens of an account for good, and refuse its logins.",
            "enable": "Let a disabled account log in again, with its former password.",
            "logout": "End all sessions of an account.",
            "trail": "List acts of administration, the newest first.",
        },
    ),
    "suggestions": (
        "List what authors and readers suggest, answer it, or import it.",
        {
            "list": "List what waits for an answer, one line for all who suggest the same.",
            "show": "Show every suggestion of a case: who says what, and how it stands.",
            "apply": "Make a correction that was suggested, in one change.",
            "refuse": "Refuse a correction with a reason.",
            "close": "Close a case without a decision, with a reason that the askers read.",
            "answer": "Write to the people of a case; it settles nothing.",
            "import": "Import issues of GitHub, or mails to the list.",
            "fetch": "Look up at arXiv the papers that suggestions wait for, as `run` does.",
            "form": "Print the issue form for .github/ISSUE_TEMPLATE, with your sections.",
        },
    ),
    "token": (
        "Make, list and revoke tokens of the JSON API.",
        {
            "create": "Make a token for the JSON API and print it once.",
            "list": "List the tokens of the JSON API, without their secrets.",
            "revoke": "End a token at once.",
        },
    ),
    "team": (
        "Say who is to read what and who is away, and show what waits for each person.",
        {
            "board": "Show what waits for each person, and how long it will take them.",
            "assign": "Let somebody read the papers of sections, or a batch of papers.",
            "release": "End assignments; their papers are everybody's again.",
            "away": "Note that somebody is away; what they are to read is everybody's meanwhile.",
        },
    ),
    "quarantine": (
        "List the records that could not be read, or read them again.",
        {
            "list": "List the records that could not be read.",
            "retry": "Read the quarantined records again.",
            "collect": "Move stored papers whose ID is no arXiv ID into quarantine.",
        },
    ),
}


#: groups that list what they hold when no command is given
LISTED = frozenset(
    {
        "alerts",
        "ledger",
        "quarantine",
        "reviewer",
        "rule",
        "ruling",
        "second-look",
        "subscribers",
        "suggestions",
        "token",
    }
)

#: groups that do something else then
DEFAULTS = {"team": "board"}

#: commands whose file has another name, because these are no names of Python
FILES = {"import": "import_", "second-look": "second_look"}
