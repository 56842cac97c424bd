namespace Forewave.Cli.Serving;

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary>For people: time, level, where, event id, text.</summary>
    Text,

    /// <summary>For programs: a JSON object on each line, with the values of its text by name and the trace that it belongs to.</summary>
    Json,
}
