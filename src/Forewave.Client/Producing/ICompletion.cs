namespace Forewave.Client.Producing;

/// <summary>Publishers that are to be told something.</summary>
internal interface ICompletion
{
    /// <summary>Tells them; on the thread pool.</summary>
    void Run();
}
