namespace Forewave.Storage.Files.Pumps;

/// <summary>A dedicated thread for every loop; the thread pool for what is done once.</summary>
internal sealed class ThreadPumps : IPumps
{
    public IPump Start(string name, Func<bool> step) => new ThreadPump(name, step);

    public Task<T> RunAsync<T>(Func<T> work) => Task.Run(work);
}
