namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>An engine that never comes to write its state, but lets itself be cancelled.</summary>
internal sealed class WaitingState : IStateSource
{
    public async ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation) =>
        await new TaskCompletionSource().Task.WaitAsync(cancellation);
}
