using System.Runtime.CompilerServices;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Redrives or purges by a filter, page by page, not faster than asked. What died after the first page was asked for is left alone,
/// so a message that dies again does not come round. Each page is durable when it is told. Thread-safe; one enumeration each.
/// </summary>
internal sealed class DeadPaging(AdministrationCalls calls)
{
    private const uint PageMessages = 1_000;
    private const double PagesPerSecond = 5;

    public async IAsyncEnumerable<DeadProgress> RunAsync(
        DeadSelection selection, Func<V1.DeadPage, V1.AdministrationRequest> request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        V1.DeadPage page = new() { Filter = selection.Filter, DryRun = selection.DryRun, Max = PageMessages };
        if (selection.Rate > 0)
        {
            page.Max = (uint)Math.Clamp(selection.Rate / PagesPerSecond, 1, PageMessages);
        }

        long begun = calls.Time.GetTimestamp();
        long messages = 0;
        long scanned = 0;
        do
        {
            V1.Changed changed = (await calls.AskAsync(request(page), cancellation).ConfigureAwait(false)).Changed;
            messages += (long)changed.Messages;
            scanned += (long)changed.Scanned;
            yield return new DeadProgress { Places = [.. changed.Places.Select(place => (long)place)], Messages = messages, Scanned = scanned };
            (page.After, page.DiedBy) = (changed.Next, changed.DiedBy);
            await PaceAsync(selection, (messages, begun), cancellation).ConfigureAwait(false);
        }
        while (page.After > 0);
    }

    // Until as much time has passed as the messages so far are worth.
    private async ValueTask PaceAsync(DeadSelection selection, (long Messages, long Begun) so, CancellationToken cancellation)
    {
        if (selection.Rate <= 0 || selection.DryRun)
        {
            return;
        }

        TimeSpan ahead = TimeSpan.FromSeconds(so.Messages / selection.Rate) - calls.Time.GetElapsedTime(so.Begun);
        if (ahead > TimeSpan.Zero)
        {
            await Task.Delay(ahead, calls.Time, cancellation).ConfigureAwait(false);
        }
    }
}
