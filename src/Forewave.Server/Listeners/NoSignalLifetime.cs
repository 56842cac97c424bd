using Microsoft.Extensions.Hosting;

namespace Forewave.Server.Listeners;

/// <summary>A host that leaves the process' signals to the application that the broker lives in.</summary>
internal sealed class NoSignalLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
