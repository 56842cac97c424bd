namespace Forewave.Client.Producing;

/// <summary>What becomes of a message that was sent and has no answer.</summary>
public enum UnknownOutcome
{
    /// <summary>
    /// It belongs to its partition: it is sent there, or at its new master, under the same sequence until the delivery deadline; then
    /// its outcome is <c>OutcomeUnknown</c>. Never stored twice. The default.
    /// </summary>
    Keep,

    /// <summary>
    /// It is published at another partition too as soon as its own does not answer for a second: it may be stored twice, under two ids.
    /// Messages with an ordering key or a deduplication id stay where they are.
    /// </summary>
    ResendElsewhere,
}
