namespace Forewave.Broker.Observability;

/// <summary>What somebody did something to, in the audit log: names and ids alone.</summary>
public readonly record struct AuditTarget(string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
