from chat.events import events as finished_events

__all__ = ["finished_events"]
