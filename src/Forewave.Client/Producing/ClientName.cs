namespace Forewave.Client.Producing;

/// <summary>The name of a client, as operators see it.</summary>
internal readonly record struct ClientName(string Text);
