namespace Forewave.Broker.Observability;

/// <summary>From where somebody came, in the audit log.</summary>
public readonly record struct AuditPeer(string Address)
{
    /// <inheritdoc/>
    public override string ToString() => Address;
}
