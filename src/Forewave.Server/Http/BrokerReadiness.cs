namespace Forewave.Server.Http;

/// <summary>Where the broker is in its life, for whoever asks. Thread-safe.</summary>
internal sealed class BrokerReadiness
{
    private volatile Readiness _current;

    /// <summary>Now.</summary>
    public Readiness Current => _current;

    /// <summary>It went on.</summary>
    public void Set(Readiness next) => _current = next;
}
