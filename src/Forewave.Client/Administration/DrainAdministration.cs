using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Draining a broker before it is stopped: its clients are told to go, finish what is under way, and go on at the next address, or wait until
/// one lets them in. Thread-safe; a call costs one round trip. It concerns the broker that answers, or that of
/// <see cref="ForewaveClientOptions.Partition"/>. Needs the right to operate, and a client whose <see cref="ForewaveClientOptions.ForOperators"/>
/// is set, which a draining broker lets in. Errors are those that <see cref="BrokerAdministration"/> tells of.
/// </summary>
public sealed class DrainAdministration
{
    private readonly AdministrationCalls _calls;

    internal DrainAdministration(AdministrationCalls calls) => _calls = calls;

    /// <summary>Begins a drain. Without <see cref="EndAsync"/> it goes on until the process ends; it is not kept.</summary>
    /// <param name="grace">How long connections may finish what is under way, up to an hour; null: the broker's <c>stopGrace</c>.</param>
    /// <param name="cancellation">Ends the wait, not the drain.</param>
    public ValueTask<DrainDetails> BeginAsync(TimeSpan? grace = null, CancellationToken cancellation = default)
    {
        V1.BeginDrain begin = new();
        if (grace is { } time)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, Limits.MaxStopGrace);
            begin.Grace = (uint)time.TotalMilliseconds;
        }

        return AskAsync(new() { BeginDrain = begin }, cancellation);
    }

    /// <summary>How far it is.</summary>
    public ValueTask<DrainDetails> ShowAsync(CancellationToken cancellation = default) => AskAsync(new() { ShowDrain = new() }, cancellation);

    /// <summary>Calls it off: clients are let in again.</summary>
    public ValueTask<DrainDetails> EndAsync(CancellationToken cancellation = default) => AskAsync(new() { EndDrain = new() }, cancellation);

    private async ValueTask<DrainDetails> AskAsync(V1.AdministrationRequest request, CancellationToken cancellation)
    {
        V1.DrainStatus status = (await _calls.AskAsync(request, cancellation).ConfigureAwait(false)).Drain;
        return new DrainDetails { IsDraining = status.IsDraining, Connections = (int)status.Connections };
    }
}
