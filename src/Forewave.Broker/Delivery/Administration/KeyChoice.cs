namespace Forewave.Broker.Delivery.Administration;

/// <summary>Which parked ordering key is to go on, and how.</summary>
/// <param name="Key">The key as its producer wrote it.</param>
/// <param name="GiveUp">Without the message that failed, which is a dead letter then.</param>
internal readonly record struct KeyChoice(string Key, bool GiveUp);
