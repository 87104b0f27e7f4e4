"""What people call the words of the contract, and the shape that stands beside each."""

from collections.abc import Mapping

from api.language import english

NAMES: Mapping[str, str] = {
    # rungs
    "proposed": english("Proposed"),
    "loi_signed": english("LoI"),
    "mou_signed": english("MoU"),
    "follow_up_visit_scheduled": english("Visit scheduled"),
    "follow_up_visit_held": english("Visit held"),
    "realised": english("Realised"),
    # instruments
    "none": english("No paper"),
    "loi": english("LoI"),
    "arrangement": english("Arrangement"),
    "mou": english("MoU"),
    # standing
    "active": english("Active"),
    "suspended": english("Suspended"),
    "expired": english("Expired"),
    "terminated": english("Terminated"),
    "withdrawn": english("Withdrawn"),
    "succeeded": english("Succeeded"),
    # kinds of agreement
    "sister_city": english("Sister city"),
    "sister_province": english("Sister province"),
    "friendship_city": english("Friendship city"),
    "regional": english("Regional cooperation"),
    "third_party": english("Cooperation with a third party"),
    "foreign_institution": english("Cooperation with a foreign institution"),
    "government": english("Agreement between governments"),
    "network": english("Network"),
    "other": english("Other"),
    # kinds of party
    "city": english("City"),
    "regency": english("Regency"),
    "province": english("Province"),
    "ministry": english("Ministry"),
    "national_government": english("National government"),
    "authority": english("Authority"),
    "institution": english("Institution"),
    "company": english("Company"),
    # flags
    "overdue": english("Overdue"),
    "stalled": english("Stalled"),
    "dormant": english("Dormant"),
    "no_next_step": english("No next step"),
    "expiring_30": english("Expires within 30 days"),
    "expiring_90": english("Expires within 90 days"),
    "expiring_180": english("Expires within 180 days"),
    "notice_due": english("Notice is due"),
    # roles
    "viewer": english("Viewer"),
    "coordinator": english("Coordinator"),
    "auditor": english("Auditor"),
    "admin": english("Administrator"),
    # visits and commitments
    "tentative": english("Tentative"),
    "scheduled": english("Scheduled"),
    "confirmed": english("Confirmed"),
    "held": english("Held"),
    "cancelled": english("Cancelled"),
    "open": english("Open"),
    "dropped": english("Dropped"),
    # fields of cooperation
    "agreed": english("Agreed"),
    "exploring": english("Exploring"),
    "mentioned": english("Mentioned"),
    # evidence
    "primary": english("primary source"),
    "secondary": english("secondary source"),
    # visibility
    "public": english("Public"),
    "organisation": english("Only the organisation"),
    # realisation
    "partly": english("Partly"),
    "fully": english("Fully"),
    "claimed": english("Claimed"),
    "evidenced": english("Evidenced"),
}

FACTS: Mapping[str, tuple[str, str]] = {
    "proposed": ("proposed", english("Proposed")),
    "loi_signed": ("loi", english("LoI signed")),
    "mou_signed": ("mou", english("MoU signed")),
    "arrangement_signed": ("mou", english("Arrangement signed")),
    "follow_up_visit_scheduled": ("sched", english("Visit scheduled")),
    "visit_confirmed": ("sched", english("Visit confirmed")),
    "visit_rescheduled": ("sched", english("Visit rescheduled")),
    "visit_cancelled": ("x", english("Visit cancelled")),
    "visit_held": ("held", english("Visit held")),
    "invitation_received": ("mail", english("Invitation received")),
    "realised": ("real", english("Realised")),
    "commitment_made": ("say", english("Commitment made")),
    "progress_reported": ("say", english("Progress reported")),
    "commitment_realised": ("real", english("Commitment realised")),
    "commitment_dropped": ("x", english("Commitment dropped")),
    "replication_recorded": ("fix", english("Replication recorded")),
    "approval_recorded": ("doc", english("Approval recorded")),
    "entered_into_force": ("doc", english("Entered into force")),
    "amended": ("doc", english("Amended")),
    "extended": ("doc", english("Extended")),
    "suspended": ("stall", english("Suspended")),
    "resumed": ("ok", english("Resumed")),
    "terminated": ("end", english("Terminated")),
    "withdrawn": ("end", english("Withdrawn")),
    "succeeded": ("end", english("Succeeded by another agreement")),
    "party_joined": ("ok", english("Party joined")),
    "party_left": ("x", english("Party left")),
    "engagement_held": ("idea", english("Engagement held")),
    "initiative_proposed": ("idea", english("Initiative proposed")),
    "directive_issued": ("say", english("Directive issued")),
    "statement_recorded": ("say", english("Statement recorded")),
    "evidence_attached": ("doc", english("Evidence attached")),
    "corrected": ("fix", english("Corrected")),
    "retracted": ("fix", english("Retracted")),
    "annotated": ("say", english("Annotated")),
    "granted": ("ok", english("Access granted")),
    "revoked": ("x", english("Access revoked")),
    "handed_over": ("nonext", english("Handed over")),
    "visibility_changed": ("search", english("Visibility changed")),
}
"""Each type of fact: its shape and its name."""

RUNG_SHAPES: Mapping[str, str] = {
    "proposed": "proposed",
    "loi_signed": "loi",
    "mou_signed": "mou",
    "follow_up_visit_scheduled": "sched",
    "follow_up_visit_held": "held",
    "realised": "real",
}
OPEN_SHAPES: Mapping[str, str] = {
    "proposed": "nomou",
    "loi_signed": "nomou",
    "mou_signed": "nomou",
    "follow_up_visit_scheduled": "noheld",
    "follow_up_visit_held": "noheld",
    "realised": "noreal",
}
"""The shape of a rung of which nothing is recorded."""
