using Forewave.Protocol;

namespace Forewave.Client.Connections;

/// <summary>
/// One participant of a link. Its calls follow each other, none before the one before has ended, and none waits for another
/// participant's. Called under the link's lock; returns at once.
/// </summary>
internal sealed class LinkSeat(ILinkParticipant participant, Action<string> tellNotIntroduced)
{
    private Task _calls = Task.CompletedTask;

    public ILinkParticipant Participant => participant;

    public void Connected(Task<Connection> connected, CancellationToken cancellation)
    {
        Task before = _calls;
        _calls = Task.Run(() => IntroduceAsync(before, connected, cancellation), CancellationToken.None);
    }

    public void Disconnected(ForewaveException reason)
    {
        Task before = _calls;
        _calls = Task.Run(() => PartAsync(before, reason), CancellationToken.None);
    }

    private async Task IntroduceAsync(Task before, Task<Connection> connected, CancellationToken cancellation)
    {
        await before.ConfigureAwait(false);
        Connection connection = await connected.ConfigureAwait(false);
        try
        {
            await participant.ConnectedAsync(connection, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ForewaveException or OperationCanceledException)
        {
            tellNotIntroduced(e.Message);
        }
    }

    private async Task PartAsync(Task before, ForewaveException reason)
    {
        await before.ConfigureAwait(false);
        participant.Disconnected(reason);
    }
}
