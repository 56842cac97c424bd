namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>
/// The power of a <see cref="PowerLossDisk"/> is gone: nothing that uses it can do anything any more. Not a
/// <see cref="DiskException"/>, because no code under test is meant to handle it: a process without power does not
/// handle anything.
/// </summary>
public sealed class PowerLostException : Exception
{
    internal PowerLostException()
        : base("The power of this simulated disk is gone. Take what survived from PowerLossDisk.PowerLoss().")
    {
    }
}
