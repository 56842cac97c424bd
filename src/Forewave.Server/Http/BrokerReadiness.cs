namespace Forewave.Server.Http;

/// <summary>Where the broker is in its life, for whoever asks. Thread-safe.</summary>
internal sealed class BrokerReadiness
{
    private volatile Readiness _current;
    private volatile Func<Readiness>? _role;

    /// <summary>Now.</summary>
    public Readiness Current => _current == Readiness.Ready && _role is { } role ? role() : _current;

    /// <summary>In a broker group: it is ready as far as its role is.</summary>
    public void Follow(Func<Readiness> role) => _role = role;

    /// <summary>It went on.</summary>
    public void Set(Readiness next) => _current = next;
}
