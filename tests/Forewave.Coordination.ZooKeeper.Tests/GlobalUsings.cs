global using Forewave.Coordination.ZooKeeper.Tests.Server;
global using Forewave.Protocol;
