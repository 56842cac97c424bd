namespace Forewave.Storage.Files.Pumps;

/// <summary>A dedicated thread for every loop.</summary>
internal sealed class ThreadPumps : IPumps
{
    public IPump Start(string name, Func<bool> step) => new ThreadPump(name, step);
}
